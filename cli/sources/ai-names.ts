import { normalizeModel, normalizeProvider, normalizeTool } from '../../shared/names.js';
import { toName } from '../../shared/text.js';
import type { Claim } from './source.js';

export type Ai = Pick<Claim, 'tool' | 'provider' | 'model'>;

/** Tools that sign as authors (formats.md, section 3), with the provider of those that have but one. */
const PROVIDERS = new Map<string, string | null>(
  Object.entries({
    aider: null,
    amp: null,
    'amazon-q': 'amazon',
    'claude-code': 'anthropic',
    cline: null,
    codex: 'openai',
    copilot: null,
    cursor: null,
    devin: null,
    'gemini-cli': 'google',
    'gemini-code-assist': 'google',
    jules: 'google',
    kiro: null,
    opencode: null,
    openhands: null,
    'qwen-code': 'alibaba',
    windsurf: null,
  }),
);

const ALIASES = new Map(
  Object.entries({
    'amazon-q-developer': 'amazon-q',
    'codex-cli': 'codex',
    'cursor-agent': 'cursor',
    'devin-ai': 'devin',
    gemini: 'gemini-cli',
    'openai-codex': 'codex',
  }),
);

const MAILS = new Map(
  Object.entries({
    'aider@aider.chat': 'aider',
    'amazon-q@amazon.com': 'amazon-q',
    'amp@ampcode.com': 'amp',
    'copilot@github.com': 'copilot',
    'cursoragent@cursor.com': 'cursor',
    'noreply@anthropic.com': 'claude-code',
    'noreply@openai.com': 'codex',
    'noreply@opencode.ai': 'opencode',
    'openhands@all-hands.dev': 'openhands',
  }),
);

/** Accounts at GitHub: `12345+Copilot@users.noreply.github.com`. */
const GITHUB_ACCOUNTS = new Map(
  Object.entries({
    copilot: 'copilot',
    'devin-ai-integration[bot]': 'devin',
    'gemini-code-assist[bot]': 'gemini-code-assist',
    'google-labs-jules[bot]': 'jules',
  }),
);
const GITHUB_MAIL = /^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$/;

/** No name of a tool and its model is longer; whatever follows is no part of it. */
const MAX_NAME = 200;

/** The AI behind a signature, undefined for people. Its name may carry the model: `Claude Opus 4.8`, `aider (gpt-5)`. */
export function aiBySignature(name: string | null, email: string | null): Ai | undefined {
  const account = GITHUB_MAIL.exec(email?.slice(0, MAX_NAME).toLowerCase() ?? '')?.[1];
  const bot = account ?? name?.slice(0, MAX_NAME).trim().toLowerCase() ?? '';
  const byAccount = account !== undefined || bot.endsWith('[bot]') ? GITHUB_ACCOUNTS.get(bot) : undefined;
  const tool = MAILS.get(email?.toLowerCase() ?? '') ?? byAccount;
  return tool === undefined ? undefined : withProvider(tool, readAi(name)?.model ?? null);
}

/**
 * The AI that a name begins with: a tool, a model, or both (`Claude Opus 4.8 (1M context)`, `o3`, `Codex:gpt-5.4`,
 * `Claude Code 2.1 / Claude Opus 4.7`). Undefined when the name is none that is known: a person's, a compiler's.
 */
export function readAi(name: unknown, knownModel?: unknown): Ai | undefined {
  if (typeof name !== 'string') return undefined;
  const parts = name
    .slice(0, MAX_NAME)
    .split(/ [/|] |[:()[\]]/)
    .map((part) => part.trim());
  if (toolOf(parts[0]!) === undefined && modelOf(parts[0]!) === undefined) return undefined;
  const tool = parts.map(toolOf).find((found) => found !== undefined) ?? null;
  const model = normalizeModel(knownModel) ?? parts.map(modelOf).find((found) => found !== undefined) ?? null;
  return withProvider(tool, model);
}

function withProvider(tool: string | null, model: string | null): Ai {
  const provider = normalizeProvider(null, model) ?? PROVIDERS.get(tool ?? '');
  return { tool, provider: toName(provider), model: toName(model) };
}

function toolOf(name: string): string | undefined {
  const said = normalizeTool(name) ?? '';
  const tool = ALIASES.get(said) ?? said;
  if (PROVIDERS.has(tool)) return tool;
  const unversioned = tool.replace(/-v?\d+(?:\.\d+)+$/, '');
  return PROVIDERS.has(unversioned) ? unversioned : undefined;
}

/** A model's name as its provider spells it, out of one for people: `Claude Opus 4.8` is `claude-opus-4-8`. */
function modelOf(name: string): string | undefined {
  if (toolOf(name) !== undefined) return undefined;
  const spelled = normalizeModel(name)
    ?.toLowerCase()
    .replace(/ +/g, '-')
    .replace(/^(?:anthropic|google|openai)-/, '');
  if (!spelled || !/^[a-z][a-z0-9.-]*$/.test(spelled) || !/\d/.test(spelled)) return undefined;
  const provider = normalizeProvider(null, spelled);
  if (provider === null) return undefined;
  return provider === 'anthropic' ? spelled.replaceAll('.', '-') : spelled;
}
