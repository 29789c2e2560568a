/** What names a person: an address or a name. */
export interface Identity {
  kind: 'email' | 'name';
  /** In the one form in which equal things are equal: `canonicalEmail`, or the words of a name. */
  canonical: string;
  /** Of a name: how many words it has. */
  words: number;
  /** False: recognised only where a person stands (`user_name`), not in running text, where "Will" is a word. */
  in_text: boolean;
}

/** A longer name is recognised as a whole only: looking at that many words together everywhere would cost too much. */
const MAX_WORDS = 8;

/** Scripts written without spaces count each character as a word. Linear: no two alternatives begin alike. */
const WORD = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])[\p{L}\p{N}\p{M}])+/gu;

export interface Word {
  canonical: string;
  start: number;
  end: number;
}

/** The words of a text in order, each in lower case and Unicode's normal form. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), (match) => ({
    canonical: match[0].normalize('NFKC').toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

export const canonicalEmail = (email: string): string => email.trim().normalize('NFKC').toLowerCase();

export const emailIdentity = (email: string): Identity => ({
  kind: 'email',
  canonical: canonicalEmail(email),
  words: 1,
  in_text: true,
});

/** `inText`: recognise it in running text even if it is one word. Undefined for text without any word. */
export function nameIdentity(name: string, inText = false): Identity | undefined {
  const words = wordsOf(name);
  if (words.length === 0) return undefined;
  return {
    kind: 'name',
    canonical: words.map(({ canonical }) => canonical).join(' '),
    words: Math.min(words.length, 1000),
    in_text: (inText || words.length > 1) && words.length <= MAX_WORDS,
  };
}

/**
 * A pattern for `lower(…) like` that finds an identity in the JSON text of a row, and more: what it finds is looked at again. Letters
 * that have several forms or a case that the database may not know are left open. (A regular expression that leaves as much
 * open took ten times as long.)
 */
export function patternOf({ canonical }: Identity): string {
  const parts = Array.from(canonical, (char) => (hasOneForm(char) ? char : '%'));
  return `%${parts.join('')}%`.replace(/%+/g, '%');
}

function hasOneForm(char: string): boolean {
  if (/[a-z0-9@.+-]/.test(char)) return true;
  const isCaseless = char.toUpperCase() === char && char.toLowerCase() === char;
  return /\p{L}/u.test(char) && isCaseless && char.normalize('NFD') === char && char.normalize('NFKC') === char;
}
