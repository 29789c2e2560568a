import type { PriceEntry, PriceTable } from './price-table.js';

/** Model, then USD per million tokens: input, output, cache read, cache write. */
type Row = [model: string, input: number, output: number, cache_read?: number, cache_write?: number];

/** Where a row names no cache price, none is published: such tokens are billed as input. */
const priced = (about: Pick<PriceEntry, 'provider' | 'source' | 'valid_from'>, rows: Row[]): PriceEntry[] =>
  rows.map(([model, input, output, cache_read = input, cache_write = input]) => ({
    model,
    ...about,
    input,
    output,
    cache_read,
    cache_write,
  }));

/** Public catalogues that copy the vendors' lists, read where the vendor's own page could not be. */
const MODELS_DEV = 'https://github.com/anomalyco/models.dev';
const LLM_PRICES = 'https://github.com/simonw/llm-prices';
const CLAUDE_PRICING = 'https://platform.claude.com/docs/en/about-claude/pricing';

/** Claude's cache writes are those that live five minutes; receipts do not tell them from the dearer ones of an hour. */
const anthropic = [
  ...priced({ provider: 'anthropic', source: CLAUDE_PRICING }, [
    ['claude-3-haiku', 0.25, 1.25, 0.03, 0.3],
    ['claude-3-opus', 15, 75, 1.5, 18.75],
    ['claude-3-5-haiku', 0.8, 4, 0.08, 1],
    ['claude-3-5-sonnet', 3, 15, 0.3, 3.75],
    ['claude-3-7-sonnet', 3, 15, 0.3, 3.75],
    ['claude-sonnet-4', 3, 15, 0.3, 3.75],
    ['claude-sonnet-4-0', 3, 15, 0.3, 3.75],
    ['claude-opus-4', 15, 75, 1.5, 18.75],
    ['claude-opus-4-0', 15, 75, 1.5, 18.75],
    ['claude-opus-4-1', 15, 75, 1.5, 18.75],
    ['claude-sonnet-4-5', 3, 15, 0.3, 3.75],
    ['claude-haiku-4-5', 1, 5, 0.1, 1.25],
    ['claude-opus-4-5', 5, 25, 0.5, 6.25],
    ['claude-opus-4-6', 5, 25, 0.5, 6.25],
    ['claude-sonnet-4-6', 3, 15, 0.3, 3.75],
    ['claude-opus-4-7', 5, 25, 0.5, 6.25],
    ['claude-opus-4-8', 5, 25, 0.5, 6.25],
    ['claude-opus-5', 5, 25, 0.5, 6.25],
    ['claude-fable-5', 10, 50, 1, 12.5],
    ['claude-fable-5-1', 10, 50, 0.25, 12.5],
    ['claude-mythos-5', 10, 50, 1, 12.5],
    ['claude-mythos-5-1', 10, 50, 0.25, 12.5],
  ]),
  ...priced({ provider: 'anthropic', source: MODELS_DEV }, [['claude-3-sonnet', 3, 15]]),
  ...priced({ provider: 'anthropic', source: 'https://platform.claude.com/docs/zh-CN/models/sonnet-5/overview' }, [
    ['claude-sonnet-5', 2, 10, 0.2, 2.5],
  ]),
  ...priced({ provider: 'anthropic', source: 'https://platform.claude.com/docs/zh-CN/models/opus-5-5/overview' }, [
    ['claude-opus-5-5', 4, 20, 0.2, 5],
  ]),
  ...priced({ provider: 'anthropic', source: 'https://platform.claude.com/docs/zh-CN/models/sonnet-5-5/overview' }, [
    ['claude-sonnet-5-5', 2, 10, 0.2, 2.5],
  ]),
  ...priced(
    {
      provider: 'anthropic',
      source: 'https://github.com/TheKrush/PromptFuel/releases/tag/v1.0.23',
      valid_from: '2026-10-07',
    },
    [['claude-sonnet-5-5', 2, 10, 0.1, 2.5]],
  ),
];

/** From GPT-5.6 on OpenAI bills cache writes at 1.25 times the input price; before, a write was plain input. */
const openai = [
  ...priced({ provider: 'openai', source: MODELS_DEV }, [
    ['gpt-4o', 2.5, 10, 1.25],
    ['gpt-4o-2024-05-13', 5, 15],
    ['gpt-4o-mini', 0.15, 0.6, 0.075],
    ['gpt-4.1', 2, 8, 0.5],
    ['gpt-4.1-mini', 0.4, 1.6, 0.1],
    ['gpt-4.1-nano', 0.1, 0.4, 0.025],
    ['o1', 15, 60, 7.5],
    ['o1-pro', 150, 600],
    ['o3-mini', 1.1, 4.4, 0.55],
    ['o3-pro', 20, 80],
    ['o4-mini', 1.1, 4.4, 0.275],
    ['codex-mini-latest', 1.5, 6, 0.375],
    ['gpt-5', 1.25, 10, 0.125],
    ['gpt-5-mini', 0.25, 2, 0.025],
    ['gpt-5-nano', 0.05, 0.4, 0.005],
    ['gpt-5-pro', 15, 120],
    ['gpt-5.1', 1.25, 10, 0.125],
    ['gpt-5.1-codex', 1.25, 10, 0.125],
    ['gpt-5.1-codex-max', 1.25, 10, 0.125],
    ['gpt-5.1-codex-mini', 0.25, 2, 0.025],
    ['gpt-5.2', 1.75, 14, 0.175],
    ['gpt-5.2-codex', 1.75, 14, 0.175],
    ['gpt-5.2-pro', 21, 168],
    ['gpt-5.3-codex', 1.75, 14, 0.175],
    ['gpt-5.4', 2.5, 15, 0.25],
    ['gpt-5.4-mini', 0.75, 4.5, 0.075],
    ['gpt-5.4-nano', 0.2, 1.25, 0.02],
    ['gpt-5.4-pro', 30, 180],
    ['gpt-5.5', 5, 30, 0.5],
    ['gpt-5.5-pro', 30, 180],
  ]),
  ...priced({ provider: 'openai', source: MODELS_DEV, valid_from: '2025-06-10' }, [['o3', 2, 8, 0.5]]),
  ...priced({ provider: 'openai', source: 'https://developers.openai.com/api/docs/models/gpt-5-codex' }, [
    ['gpt-5-codex', 1.25, 10, 0.125],
  ]),
  ...priced({ provider: 'openai', source: LLM_PRICES }, [
    ['gpt-5.6', 5, 30, 0.5, 6.25],
    ['gpt-5.6-sol', 5, 30, 0.5, 6.25],
    ['gpt-5.6-terra', 2.5, 15, 0.25, 3.125],
    ['gpt-5.6-luna', 1, 6, 0.1, 1.25],
  ]),
  ...priced({ provider: 'openai', source: LLM_PRICES, valid_from: '2026-07-30' }, [
    ['gpt-5.6-terra', 2, 12, 0.2, 2.5],
    ['gpt-5.6-luna', 0.2, 1.2, 0.02, 0.25],
  ]),
  // A promotion "at least through 2026-11-21"; no price after it was found.
  ...priced(
    {
      provider: 'openai',
      source: 'https://github.com/TheKrush/PromptFuel/releases/tag/v1.0.17',
      valid_from: '2026-08-21',
    },
    [
      ['gpt-5.6', 4, 20, 0.4, 5],
      ['gpt-5.6-sol', 4, 20, 0.4, 5],
    ],
  ),
  ...priced({ provider: 'openai', source: 'https://developers.openai.com/api/docs/models/compare' }, [
    ['gpt-6-astra', 10, 50, 1, 12.5],
  ]),
  ...priced({ provider: 'openai', source: 'https://github.com/merefield/codexometer/releases/tag/v0.18.4' }, [
    ['gpt-6-sol', 2, 10, 0.2, 2.5],
    ['gpt-6-luna', 0.1, 0.5, 0.01, 0.125],
  ]),
  ...priced({ provider: 'openai', source: 'https://github.com/TheKrush/PromptFuel/releases/tag/v1.0.22' }, [
    ['gpt-6.1-sol', 2, 10, 0.1, 2.5],
  ]),
  ...priced({ provider: 'openai', source: 'https://github.com/TheKrush/PromptFuel/releases/tag/v1.0.24' }, [
    ['gpt-6.1-terra', 1, 5, 0.05, 1.25],
  ]),
];

/** Storage of Google's explicit caches is billed by the hour; receipts do not record it. */
const google = [
  ...priced({ provider: 'google', source: MODELS_DEV }, [
    ['gemini-2.0-flash', 0.1, 0.4, 0.025],
    ['gemini-2.0-flash-lite', 0.075, 0.3],
    ['gemini-2.5-flash', 0.3, 2.5, 0.03],
    ['gemini-2.5-flash-lite', 0.1, 0.4, 0.01],
    ['gemini-2.5-pro', 1.25, 10, 0.125],
    ['gemini-3-flash', 0.5, 3, 0.05],
    ['gemini-3-flash-preview', 0.5, 3, 0.05],
    ['gemini-3-pro', 2, 12, 0.2],
    ['gemini-3-pro-preview', 2, 12, 0.2],
    ['gemini-3.1-flash-lite', 0.25, 1.5, 0.025],
    ['gemini-3.1-flash-lite-preview', 0.25, 1.5, 0.025],
    ['gemini-3.1-pro', 2, 12, 0.2],
    ['gemini-3.1-pro-preview', 2, 12, 0.2],
    ['gemini-3.5-flash', 1.5, 9, 0.15],
  ]),
  ...priced({ provider: 'google', source: LLM_PRICES }, [['gemini-3.5-flash-lite', 0.3, 2.5, 0.03]]),
  ...priced({ provider: 'google', source: 'https://github.com/BerriAI/litellm/discussions/36799' }, [
    ['gemini-3.7-flash', 0.75, 3.75, 0.075],
  ]),
  ...priced({ provider: 'google', source: 'https://github.com/BerriAI/litellm/discussions/39357' }, [
    ['gemini-3.8-flash', 0.75, 3.75, 0.075],
  ]),
];

const xai = [
  ...priced({ provider: 'xai', source: LLM_PRICES }, [
    ['grok-3', 3, 15, 0.75],
    ['grok-3-mini', 0.3, 0.5, 0.075],
    ['grok-4', 3, 15, 0.75],
    ['grok-4-0709', 3, 15, 0.75],
    ['grok-4-fast', 0.2, 0.5, 0.05],
    ['grok-4-fast-reasoning', 0.2, 0.5, 0.05],
    ['grok-code-fast-1', 0.2, 1.5, 0.02],
    ['grok-build-0.1', 1, 2, 0.2],
    ['grok-4.3', 1.25, 2.5, 0.2],
  ]),
  ...priced({ provider: 'xai', source: 'https://docs.x.ai/developers/models.md' }, [
    ['grok-4-1-fast-reasoning', 0.2, 0.5, 0.05],
    ['grok-4-1-fast-non-reasoning', 0.2, 0.5, 0.05],
    ['grok-4.20-0309-reasoning', 2, 6, 0.2],
    ['grok-4.20-0309-non-reasoning', 2, 6, 0.2],
  ]),
  ...priced({ provider: 'xai', source: MODELS_DEV }, [['grok-4-1-fast', 0.2, 0.5, 0.05]]),
  ...priced({ provider: 'xai', source: MODELS_DEV, valid_from: '2026-05-20' }, [
    ['grok-4.20-0309-reasoning', 1.25, 2.5, 0.2],
    ['grok-4.20-0309-non-reasoning', 1.25, 2.5, 0.2],
  ]),
  ...priced({ provider: 'xai', source: 'https://github.com/Zoo-Code-Org/Zoo-Code/issues/866' }, [
    ['grok-4.5', 2, 6, 0.5],
  ]),
  ...priced({ provider: 'xai', source: 'https://docs.apiyi.com/models/grok-4-6.md' }, [['grok-4.6', 2, 6, 0.5]]),
  ...priced({ provider: 'xai', source: 'https://apidog.com/blog/how-to-use-grok-4-7-api/' }, [['grok-4.7', 2, 6, 0.5]]),
];

/** The two names stood for V3.2, then for V4 Flash, until July 2026. V4 under its own names is priced by the hour of day. */
const deepseek = [
  ...priced({ provider: 'deepseek', source: MODELS_DEV, valid_from: '2025-12-01' }, [
    ['deepseek-chat', 0.28, 0.42, 0.028],
    ['deepseek-reasoner', 0.28, 0.42, 0.028],
  ]),
  ...priced({ provider: 'deepseek', source: MODELS_DEV, valid_from: '2026-04-24' }, [
    ['deepseek-chat', 0.14, 0.28, 0.028],
    ['deepseek-reasoner', 0.14, 0.28, 0.028],
  ]),
  ...priced({ provider: 'deepseek', source: MODELS_DEV, valid_from: '2026-05-04' }, [
    ['deepseek-chat', 0.14, 0.28, 0.0028],
    ['deepseek-reasoner', 0.14, 0.28, 0.0028],
  ]),
];

const mistral = priced({ provider: 'mistral', source: MODELS_DEV }, [
  ['codestral-latest', 0.3, 0.9],
  ['devstral-small-2505', 0.1, 0.3],
  ['devstral-small-2507', 0.1, 0.3],
  ['devstral-medium-2507', 0.4, 2],
  ['devstral-2512', 0.4, 2],
  ['magistral-medium-latest', 2, 5],
  ['mistral-large-2411', 2, 6],
  ['mistral-large-2512', 0.5, 1.5],
  ['mistral-medium-2505', 0.4, 2],
  ['mistral-medium-2508', 0.4, 2],
  ['mistral-medium-2604', 1.5, 7.5],
  ['mistral-small-2506', 0.1, 0.3],
  ['mistral-small-2603', 0.15, 0.6],
]);

const alibaba = priced({ provider: 'alibaba', source: MODELS_DEV }, [['qwen3.7-max', 2.5, 7.5, 0.5, 3.125]]);

/**
 * List prices as published (docs/prices.md). Names are exact: a `claude-opus-4*` would price the next Opus at the price
 * of the first. A price change is entered once it is in force, not when it is announced: announced ones were cancelled.
 */
export const BUILT_IN_PRICES: PriceTable = {
  version: '2026-11-22',
  prices: [...anthropic, ...openai, ...google, ...xai, ...deepseek, ...mistral, ...alibaba],
};
