import test from 'ava';
import { findPrice } from './estimate.js';
import { checkPriceTable } from './price-table.js';
import { BUILT_IN_PRICES } from './prices.js';

const entry = { model: 'acme-1', provider: 'acme', input: 1, output: 2, cache_read: 0.1, cache_write: 1.25 };
const faults = (...prices: unknown[]) =>
  checkPriceTable({ version: '2026-11', prices }).faults?.map(({ pointer }) => pointer) ?? [];

test('our table fits its own schema, with no model priced twice for a day', (t) => {
  t.is(checkPriceTable(BUILT_IN_PRICES).faults, undefined);
});

test('our table is dated', (t) => {
  t.regex(BUILT_IN_PRICES.version, /^\d{4}-\d{2}-\d{2}$/);
});

test('every price of ours names its source and is plausible', (t) => {
  for (const { model, source, valid_from, ...rates } of BUILT_IN_PRICES.prices) {
    t.true(URL.canParse(source ?? '') && source!.startsWith('https://'), model);
    t.true(0 < rates.cache_read && rates.cache_read <= rates.input && rates.input <= rates.output, model);
    t.true(rates.input <= rates.cache_write && rates.cache_write <= 1.25 * rates.input, model);
    t.true(rates.output <= 600, model);
    t.true((valid_from ?? '') <= BUILT_IN_PRICES.version, `${model}: a price is entered once it is in force`);
  }
});

test('every model of ours is named exactly, in lower case, and finds its own price', (t) => {
  for (const { model, provider } of BUILT_IN_PRICES.prices) {
    t.regex(model, /^[a-z0-9.-]+$/);
    t.is(findPrice(model)?.entry.model, model);
    t.is(findPrice(`${provider}/${model}`)?.entry.model, model);
  }
});

test('a table of one price with a prefix, a day and a source is valid', (t) => {
  t.deepEqual(faults(entry, { ...entry, model: 'acme-*', valid_from: '2026-02-28', source: 'contract 17' }), []);
  t.deepEqual(faults(), []);
});

test('what a table may not hold is refused with its place', (t) => {
  t.deepEqual(faults({ ...entry, input: -1 }), ['/prices/0/input']);
  t.deepEqual(faults({ ...entry, output: 1e6 }), ['/prices/0/output']);
  t.deepEqual(faults({ ...entry, cache_read: '0.1' }), ['/prices/0/cache_read']);
  t.deepEqual(faults({ ...entry, valid_from: '2026-02-30' }), ['/prices/0/valid_from']);
  t.deepEqual(faults({ ...entry, currency: 'EUR' }), ['/prices/0/currency']);
  const { cache_write: _, ...incomplete } = entry;
  t.deepEqual(faults(incomplete), ['/prices/0/cache_write']);
  for (const model of ['', '*', 'a*b', 'acme/acme-1', ' acme', 'acme ', 'acme **', 'x'.repeat(201)]) {
    t.deepEqual(faults({ ...entry, model }), ['/prices/0/model'], model);
  }
  t.deepEqual(checkPriceTable({ prices: [] }).faults?.[0]?.pointer, '/version');
  t.truthy(checkPriceTable({ version: '1', prices: Array(1001).fill(entry) }).faults);
});

test('two prices for one model from one day are refused', (t) => {
  t.deepEqual(faults(entry, { ...entry, input: 2 }), ['/prices/1']);
  t.deepEqual(faults(entry, { ...entry, model: 'ACME-1' }), ['/prices/1']);
  t.deepEqual(faults(entry, { ...entry, valid_from: '2026-01-01' }), []);
});
