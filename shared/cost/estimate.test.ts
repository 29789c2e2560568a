import test from 'ava';
import fc from 'fast-check';
import { estimateCost, findPrice, type TokenUsage } from './estimate.js';
import type { PriceEntry, PriceTable } from './price-table.js';
import { BUILT_IN_PRICES } from './prices.js';

const entry = (model: string, rates: Partial<PriceEntry> = {}): PriceEntry => ({
  model,
  provider: 'acme',
  input: 1,
  output: 1,
  cache_read: 1,
  cache_write: 1,
  ...rates,
});
const table = (...prices: PriceEntry[]): PriceTable => ({ version: 'org', prices });
const cost = (usage: TokenUsage, prices?: readonly PriceTable[], at?: string) =>
  estimateCost(usage, prices, at)?.cost_usd;

test('every kind of token has its own price, and the version of the table is told', (t) => {
  const usage = {
    model: 'claude-sonnet-4-5-20250929',
    input_tokens: 1_000_000,
    output_tokens: 100_000,
    cache_read_tokens: 10_000_000,
    cache_creation_tokens: 200_000,
  };
  t.deepEqual(estimateCost(usage), { cost_usd: 3 + 1.5 + 3 + 0.75, price_version: BUILT_IN_PRICES.version });
});

test('cached tokens are part of the input for everyone but Anthropic', (t) => {
  const usage = { model: 'gpt-5', input_tokens: 1_000_000, output_tokens: 0, cache_read_tokens: 800_000 };
  t.is(cost(usage), 0.25 + 0.1);
  t.is(cost({ ...usage, cache_read_tokens: 2_000_000 }), 0.25, 'never less than no fresh input');
});

test('sums are exact to a billionth of a dollar', (t) => {
  t.is(cost({ model: 'gpt-5-nano', input_tokens: 1 }), 0.00000005);
  t.is(cost({ model: 'claude-sonnet-4-6', input_tokens: 1, output_tokens: 2 }), 0.000033);
  t.is(cost({ model: 'deepseek-chat', input_tokens: 3, cache_read_tokens: 3 }), 0.000000008, '0.0084 µUSD, rounded');
});

test('a cost is unknown when the model is, or when neither input nor output tokens are known', (t) => {
  for (const model of ['gpt-99', 'unknown', 'default', '', null, undefined]) {
    t.is(estimateCost({ model, input_tokens: 5, output_tokens: 5 }), undefined, String(model));
  }
  t.is(estimateCost({ model: 'gpt-5' }), undefined);
  t.is(estimateCost({ model: 'gpt-5', input_tokens: null, output_tokens: null, cache_read_tokens: 7 }), undefined);
});

test('what is not known is left out, and zero is known', (t) => {
  t.is(cost({ model: 'gpt-5', input_tokens: null, output_tokens: 1_000_000 }), 10);
  t.is(cost({ model: 'gpt-5', input_tokens: 0, output_tokens: 0 }), 0);
});

test('counts that cannot be are not known', (t) => {
  for (const broken of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '7' as unknown as number]) {
    t.is(estimateCost({ model: 'gpt-5', input_tokens: broken }), undefined, String(broken));
    t.is(cost({ model: 'gpt-5', output_tokens: 1_000_000, cache_read_tokens: broken }), 10, String(broken));
  }
});

test('a cost that no receipt can have is unknown', (t) => {
  t.is(cost({ model: 'gpt-5-nano', input_tokens: 1e15 }), 50_000_000);
  t.is(cost({ model: 'o1-pro', output_tokens: 1e15 }), undefined);
});

test('snapshots, efforts and the order of Cursor find the price of the model', (t) => {
  const named: Record<string, string> = {
    'claude-sonnet-4-5-20250929': 'claude-sonnet-4-5',
    'claude-sonnet-4-5@20250929': 'claude-sonnet-4-5',
    'anthropic/claude-sonnet-4.5': 'claude-sonnet-4-5',
    'claude-4.5-sonnet-thinking': 'claude-sonnet-4-5',
    'Claude-4.6-Opus-High-Thinking': 'claude-opus-4-6',
    'claude-4-sonnet': 'claude-sonnet-4',
    'claude-opus-4-6[1m]': 'claude-opus-4-6',
    'claude-3.5-sonnet': 'claude-3-5-sonnet',
    'claude-3-7-sonnet-latest': 'claude-3-7-sonnet',
    'claude-3-5-haiku-20241022': 'claude-3-5-haiku',
    '"gpt-5"': 'gpt-5',
    'gpt-5-2025-08-07': 'gpt-5',
    'gpt-5.1-codex-max-xhigh': 'gpt-5.1-codex-max',
    'gpt-4o-2024-05-13': 'gpt-4o-2024-05-13',
    'o3-mini-high': 'o3-mini',
    'gemini-3-pro-high': 'gemini-3-pro',
  };
  for (const [recorded, model] of Object.entries(named)) t.is(findPrice(recorded)?.entry.model, model, recorded);
});

test('a model that only resembles one of the table has no price', (t) => {
  for (const model of [
    'claude-opus-4-9',
    'claude-sonnet-4-50',
    'claude-opus-4-6-fast',
    'gpt-5-search',
    'gpt-5.9',
    'sonnet',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'gemini-3-pro-image',
    'constructor',
    `claude-${'1-'.repeat(200)}x`,
  ]) {
    t.is(findPrice(model), undefined, model);
  }
});

test('the price is the one in force at the time of the receipt', (t) => {
  const usage = { model: 'gpt-5.6-luna', input_tokens: 1_000_000 };
  t.is(cost(usage, undefined, '2026-07-29T23:59:59.999999Z'), 1);
  t.is(cost(usage, undefined, '2026-07-30T00:00:00Z'), 0.2);
  t.is(cost(usage, undefined, '2026-07-30T01:00:00+02:00'), 1, 'days are in UTC');
  t.is(cost(usage), 0.2, 'without a time, the newest');
  t.is(cost(usage, undefined, 'yesterday'), 0.2);
  t.is(cost({ model: 'o3', input_tokens: 1 }, undefined, '2025-06-09T00:00:00Z'), undefined, 'before the first price');
});

test('the longest pattern wins, and an exact name wins over a prefix', (t) => {
  const prices = [table(entry('gpt-5*'), entry('gpt-5'), entry('gpt-*'), entry('gpt-5-mini*'))];
  const found = (model: string) => findPrice(model, prices)?.entry.model;
  t.is(found('gpt-5'), 'gpt-5');
  t.is(found('gpt-5-2025-08-07'), 'gpt-5', 'a snapshot is its family');
  t.is(found('gpt-5-search'), 'gpt-5*');
  t.is(found('gpt-5-mini-2025-08-07'), 'gpt-5-mini*');
  t.is(found('gpt-4o'), 'gpt-*');
  t.is(found('o3'), undefined);
});

test('the table of an org comes before ours, and ours still prices the rest', (t) => {
  const prices = [table(entry('Claude-*', { input: 2, valid_from: '2026-06-01' })), BUILT_IN_PRICES];
  const usage = { model: 'claude-opus-4-8', input_tokens: 1_000_000 };
  t.deepEqual(estimateCost(usage, prices, '2026-06-02T00:00:00Z'), { cost_usd: 2, price_version: 'org' });
  t.is(cost(usage, prices, '2026-05-30T00:00:00Z'), 5, 'a contract that has not begun');
  t.is(cost({ model: 'gpt-5', input_tokens: 1_000_000 }, prices), 1.25);
});

const tokens = fc.nat({ max: 1_000_000_000 });
const models = fc.constantFrom(...BUILT_IN_PRICES.prices);
const usages = fc.record({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_tokens: tokens,
  cache_creation_tokens: tokens,
});
type Counts = { [K in Exclude<keyof TokenUsage, 'model'>]-?: number };
const fields = ['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_creation_tokens'] as const;

test('more tokens never cost less', (t) => {
  fc.assert(
    fc.property(models, usages, fc.constantFrom(...fields), tokens, ({ model, provider }, counts, field, more) => {
      // Where the cache is part of the input, a cached token replaces a dearer one.
      if (provider !== 'anthropic' && field.startsWith('cache')) return;
      const less = cost({ model, ...counts })!;
      t.true(cost({ model, ...counts, [field]: counts[field] + more })! >= less);
    }),
  );
});

test('costs add up', (t) => {
  fc.assert(
    fc.property(models, usages, usages, ({ model, provider }, a, b) => {
      const whole = (counts: Counts): Counts =>
        provider === 'anthropic'
          ? counts
          : { ...counts, input_tokens: counts.input_tokens + counts.cache_read_tokens + counts.cache_creation_tokens };
      const [one, two] = [whole(a), whole(b)];
      const sum = Object.fromEntries(fields.map((field) => [field, one[field] + two[field]])) as Counts;
      const parts = cost({ model, ...one })! + cost({ model, ...two })!;
      t.true(Math.abs(parts - cost({ model, ...sum })!) <= 2e-9 + parts * 1e-12);
    }),
  );
});

test('whatever the counts and the model, a cost is unknown or a finite number of at least zero', (t) => {
  const hostile = fc.option(fc.oneof(fc.double(), fc.integer(), fc.maxSafeNat(), fc.constant(1e15)), { nil: null });
  const names = fc.oneof(
    fc.string(),
    models.map(({ model }) => model),
  );
  fc.assert(
    fc.property(names, hostile, hostile, hostile, hostile, (model, input_tokens, output_tokens, read, write) => {
      const usage = { model, input_tokens, output_tokens, cache_read_tokens: read, cache_creation_tokens: write };
      const estimate = estimateCost(usage);
      t.true(estimate === undefined || (Number.isFinite(estimate.cost_usd) && estimate.cost_usd >= 0));
    }),
  );
});
