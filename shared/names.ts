/** Spellings of one tool that recorders use (formats.md, section 4). */
const TOOL_ALIASES = new Map(
  Object.entries({
    claude: 'claude-code',
    claudecode: 'claude-code',
    'claude-code': 'claude-code',
    'github-copilot': 'copilot',
    githubcopilot: 'copilot',
  }),
);

/** Tools that only test suites of recorders write: their notes are test data, not receipts (formats.md, section 1). */
const TEST_TOOLS = new Set(['mock-ai', 'test-agent']);

const UNKNOWN_MODELS = new Set(['', 'default', 'unknown', '<synthetic>']);

/** Providers by the beginning of a model's name, longest common family first. */
const MODEL_PROVIDERS: readonly [RegExp, string][] = [
  [/^(claude|opus|sonnet|haiku)\b/, 'anthropic'],
  [/^(gpt|o[1-9]|chatgpt|codex|davinci)\b/, 'openai'],
  [/^gemini\b/, 'google'],
  [/^(grok)\b/, 'xai'],
  [/^(deepseek)\b/, 'deepseek'],
  [/^(mistral|codestral|devstral|magistral)\b/, 'mistral'],
  [/^(qwen|qwq)/, 'alibaba'],
  [/^(llama|codellama)/, 'meta'],
  [/^(glm)\b/, 'zhipu'],
  [/^(kimi)\b/, 'moonshot'],
  [/^(composer|cursor)\b/, 'cursor'],
];

/** Names that recorders write where the provider belongs, as the one name we count under. */
const PROVIDER_ALIASES = new Map(
  Object.entries({
    claude: 'anthropic',
    'claude-code': 'anthropic',
    claudecode: 'anthropic',
    'google-ai': 'google',
    gemini: 'google',
  }),
);

/** No name is longer; the patterns below take the square of the length in the worst case. */
const MAX_NAME = 500;

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_NAME).trim() : '');

/** One name for a tool however it is spelled; null when the note names none. */
export function normalizeTool(tool: unknown): string | null {
  const name = text(tool).toLowerCase().replaceAll('_', '-').replaceAll(' ', '-');
  return name === '' || name === 'unknown' ? null : (TOOL_ALIASES.get(name) ?? name);
}

/** True for tools that exist only in recorders' own test suites. */
export function isTestTool(tool: unknown): boolean {
  return TEST_TOOLS.has(normalizeTool(tool) ?? '');
}

/** A model's name without literal quotes and `provider/`; null when unknown (`default`, `<synthetic>`, …). */
export function normalizeModel(model: unknown): string | null {
  const bare = text(model).replace(/^["']+|["']+$/g, '');
  const name = bare.slice(bare.lastIndexOf('/') + 1).trim();
  return UNKNOWN_MODELS.has(name.toLowerCase()) ? null : name;
}

/** The provider as named by the note, else by `provider/model`, else by the model's family; null when none tells. */
export function normalizeProvider(provider: unknown, model: unknown): string | null {
  const named = text(provider).toLowerCase();
  if (named !== '' && named !== 'unknown') return PROVIDER_ALIASES.get(named) ?? named;
  const bare = text(model)
    .replace(/^["']+|["']+$/g, '')
    .toLowerCase();
  const slash = bare.indexOf('/');
  if (slash > 0) return PROVIDER_ALIASES.get(bare.slice(0, slash)) ?? bare.slice(0, slash);
  return MODEL_PROVIDERS.find(([family]) => family.test(bare))?.[1] ?? null;
}
