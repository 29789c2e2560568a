import { MAX_PROMPT_SUMMARY } from './limits.js';
import { toStorable, truncate } from './text.js';

/** Text longer than this is cut before it is searched: a summary keeps 500 characters, and time must stay bounded. */
const MAX_SEARCHED = 20_000;

/**
 * What must not leave the machine. Every pattern is linear: no nested quantifiers, bounded repetition, and none that can
 * begin at each character of a long run of what it repeats.
 */
const SECRETS: readonly [RegExp, string][] = [
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
    '[REDACTED_PRIVATE_KEY]',
  ],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '[REDACTED_JWT]'],
  [
    /\b(?:ghp|gho|ghu|ghs|ghr)_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}/g,
    '[REDACTED_TOKEN]',
  ],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bnpm_\w{30,}|\bya29\.[\w-]{20,}/g, '[REDACTED_KEY]'],
  [
    /\bsk-[\w-]{16,}|\b[rs]k_(?:live|test)_\w{16,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bbp_[a-z]{2,8}_\w{20,}|\bhf_\w{20,}/g,
    '[REDACTED_KEY]',
  ],
  [/\b([a-z][a-z0-9+]{1,19}:\/\/)[^\s/]{1,500}@/gi, '$1[REDACTED]@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{12,}/gi, '$1 [REDACTED]'],
  [/(\/(?:home|Users)\/|[A-Za-z]:\\Users\\)[^\s/\\:"'<>]{1,100}/g, '$1[REDACTED_USER]'],
];

/** A name that says its value is secret, up to where the value begins: `password=`, `"clientSecret": `, `api-key: `. */
const SECRET_NAME =
  /\b[\w-]{0,60}?(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)\\?["']?\s{0,5}[:=]\s{0,5}/gi;

/** The value behind a mark: in quotes, also escaped or unclosed ones, or a word. */
const MARKED_VALUE = /\0(?:\\"[^"\n]*"?|"(?:[^"\\\n]|\\.)*"?|\\?'[^'\n]*'?|[^\s"',;\0]+)?/g;

const WORD = /[A-Za-z0-9+/=_-]{24,}/g;

/** A prompt summary as it may leave the machine: secrets replaced, then cut to 500 characters. Null stays null. */
export function redactSummary(summary: unknown): string | null {
  if (typeof summary !== 'string') return null;
  let text = toStorable(cut(summary));
  for (const [pattern, replacement] of SECRETS) text = text.replace(pattern, replacement);
  // Marked first and then taken out, since the value of one name may be the next name: `token = password: …`.
  text = text.replace(SECRET_NAME, '$&\0').replace(MARKED_VALUE, (value) => (value === '\0' ? '' : '[REDACTED]'));
  text = text.replace(WORD, (word) => (isHighEntropy(word) ? '[REDACTED_HIGH_ENTROPY]' : word)).trim();
  return text === '' ? null : truncate(text, MAX_PROMPT_SUMMARY);
}

/** What is searched. Where text had to be cut its last word goes, so that no half of a secret escapes its pattern. */
function cut(text: string): string {
  if (text.length <= MAX_SEARCHED) return text;
  let end = MAX_SEARCHED;
  while (end > 0 && /[!-~]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/**
 * Random-looking: mixes cases and digits and has at least 4 bits of Shannon entropy a character. Hex digests (commit
 * oids, checksums: no upper case) stay, prose and paths (no mixture) stay.
 */
function isHighEntropy(word: string): boolean {
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word) || !/\d/.test(word)) return false;
  const counts = new Map<string, number>();
  for (const char of word) counts.set(char, (counts.get(char) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / word.length) * Math.log2(count / word.length);
  return entropy >= 4;
}
