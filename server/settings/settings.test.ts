import test from 'ava';
import { BUILT_IN_PRICES } from '../../shared/cost/prices.js';
import { commitFact, REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

async function org() {
  const { key } = await server.createOrg();
  const ask = (method: string, path: string, body?: unknown) =>
    server.request(`/api/v1${path}`, { key, method, ...(body !== undefined && { body }) });
  return {
    key,
    ask,
    patch: (body: unknown) => ask('PATCH', '/settings', body),
    send: (...receipts: object[]) => ask('POST', '/receipts', { repo: REPO, receipts }),
    find: async (id: string) => (await ask('GET', `/receipts/${id}`)).body,
  };
}

const price = { model: 'acme-*', provider: 'acme', input: 2, output: 8, cache_read: 0.2, cache_write: 2 };

test('settings are defaults until they are changed, one by one, and null brings a default back', async (t) => {
  const { ask, patch } = await org();
  const defaults = (await ask('GET', '/settings')).body;
  t.deepEqual(defaults, {
    settings: {
      privacy: { prompts: 'summary' },
      retention_days: { receipts: null, prompts: null, audit: null },
      legal_hold: null,
      prices: [],
      ignore: [],
      time_zone: 'UTC',
      reports: { min_group_size: null },
    },
    updated_at: null,
  });
  await patch({ time_zone: 'Europe/Berlin', retention_days: { prompts: 30 } });
  await patch({ retention_days: { audit: 400 }, ignore: ['docs/**'], prices: [price] });
  const { settings, updated_at } = (await ask('GET', '/settings')).body;
  t.deepEqual(settings, {
    ...defaults.settings,
    retention_days: { receipts: null, prompts: 30, audit: 400 },
    prices: [price],
    ignore: ['docs/**'],
    time_zone: 'Europe/Berlin',
  });
  t.truthy(updated_at);
  t.deepEqual((await patch({ retention_days: null, ignore: null, prices: null, time_zone: null })).body.settings, {
    ...defaults.settings,
  });
});

test('what a setting cannot be is refused with its place, and nothing changes', async (t) => {
  const { ask, patch } = await org();
  for (const [body, pointer] of [
    [{ time_zone: 'Mars/Olympus' }, '/time_zone'],
    [{ time_zone: '+01:00' }, '/time_zone'],
    [{ privacy: { prompts: 'all' } }, '/privacy/prompts'],
    [{ retention_days: { receipts: 0 } }, '/retention_days/receipts'],
    [{ retention_days: { logs: 1 } }, '/retention_days/logs'],
    [{ ignore: [''] }, '/ignore/0'],
    [{ ignore: ['a\u0000'] }, '/ignore/0'],
    [{ prices: [{ ...price, input: -1 }] }, '/prices/0/input'],
    [{ prices: [price, { ...price, model: 'ACME-*' }] }, '/prices/1'],
    [{ colour: 'red' }, '/colour'],
  ] as const) {
    const { status, body: problem } = await patch(body);
    t.is(status, 422, pointer);
    t.is(problem.errors[0].pointer, pointer);
  }
  t.is((await ask('GET', '/settings')).body.updated_at, null);
});

test('two changes of different settings at once both hold', async (t) => {
  const { ask, patch } = await org();
  await Promise.all([
    patch({ ignore: ['a'] }),
    patch({ time_zone: 'Asia/Tokyo' }),
    patch({ privacy: { prompts: 'hash' } }),
  ]);
  t.like((await ask('GET', '/settings')).body.settings, {
    privacy: { prompts: 'hash' },
    ignore: ['a'],
    time_zone: 'Asia/Tokyo',
  });
});

test('a stricter floor takes prompts out of what is stored and of what comes, and amends nothing', async (t) => {
  const { patch, send, find } = await org();
  const first = receipt({ prompt_summary: 'old words', cost_usd: 1 });
  const second = { ...first, prompt_summary: 'new words', cost_usd: 2 };
  await send(first);
  await send(second);
  await patch({ privacy: { prompts: 'hash' } });
  const whole = await find(first.id);
  t.like(whole, { prompt_summary: null, prompt_hash: first.prompt_hash, revision: 2 });
  t.false(JSON.stringify(whole).includes('words'), 'nor in earlier revisions');
  const later = receipt({ prompt_summary: 'late words' });
  await send(later);
  t.like(await find(later.id), { prompt_summary: null, prompt_hash: later.prompt_hash });
  const bare = { prompt_summary: null, prompt_hash: null };
  t.like((await send(second, later, { ...first, ...bare })).body, { duplicates: 3, amended: 0 }, 'with prompts');
  t.like((await send({ ...second, ...bare }, { ...later, ...bare })).body, { duplicates: 2, amended: 0 }, 'without');
  await patch({ privacy: { prompts: 'none' } });
  t.like(await find(later.id), { ...bare, revision: 1 });
  t.false(JSON.stringify(await find(first.id)).includes('sha256:'));
});

test('under a legal hold the floor does not rise, since prompts would go; it may be lowered', async (t) => {
  const { patch, send, find } = await org();
  const sent = receipt({ prompt_summary: 'words' });
  await send(sent);
  await patch({ legal_hold: { reason: 'case 7' } });
  const { status, body } = await patch({ privacy: { prompts: 'none' } });
  t.deepEqual([status, body.code], [409, 'legal_hold']);
  t.is((await find(sent.id)).prompt_summary, 'words');
  t.is((await patch({ privacy: { prompts: 'none' }, legal_hold: null })).status, 200);
  t.is((await patch({ privacy: { prompts: 'summary' }, legal_hold: { reason: 'case 8' } })).status, 200);
});

test('when the floor is lowered, prompts that are sent again are kept again', async (t) => {
  const { patch, send, find } = await org();
  await patch({ privacy: { prompts: 'none' } });
  const sent = receipt({ prompt_summary: 'words' });
  await send(sent);
  t.is((await find(sent.id)).prompt_summary, null);
  await patch({ privacy: { prompts: 'hash' } });
  t.like((await send(sent)).body, { duplicates: 1 });
  t.like(await find(sent.id), { prompt_summary: null, prompt_hash: sent.prompt_hash });
  await patch({ privacy: null });
  t.like((await send(sent, sent)).body, { duplicates: 2, amended: 0 });
  t.like(await find(sent.id), { prompt_summary: 'words', revision: 1 });
});

test('batches that come while the floor rises leave no prompt behind', async (t) => {
  const { ask, patch, send } = await org();
  const batch = () => send(receipt({ prompt_summary: 'words' }));
  await Promise.all([
    ...Array.from({ length: 10 }, batch),
    patch({ privacy: { prompts: 'none' } }),
    ...Array.from({ length: 10 }, batch),
  ]);
  const { receipts } = (await ask('GET', '/receipts?limit=500')).body;
  t.is(receipts.length, 20);
  t.true(receipts.every((item: { prompt_summary: null }) => item.prompt_summary === null));
});

test('the array of the original client falls under the floor, too', async (t) => {
  const { ask, patch, find } = await org();
  await patch({ privacy: { prompts: 'none' } });
  const { id, timestamp } = receipt();
  await ask('POST', '/receipts?repo=acme/shop', [{ id, timestamp, prompt_summary: 'words', prompt_hash: 'sha256:1' }]);
  t.like(await find(id), { prompt_summary: null, prompt_hash: null });
});

test('the org\u2019s prices come before ours, ours price the rest, and an estimate says which', async (t) => {
  const { patch, send, find } = await org();
  const tokens = { cost_usd: null, input_tokens: 1_000_000, output_tokens: 0 };
  const [listed, own, before] = [
    receipt({ ...tokens, model: 'claude-sonnet-4-5' }),
    receipt({ ...tokens, model: 'acme-large' }),
    receipt({ ...tokens, model: 'acme-large' }),
  ];
  await send(before);
  t.like(await find(before.id), { cost_usd: null, cost_basis: 'unknown' });
  await patch({ prices: [price] });
  await send(listed, own, before);
  t.like(await find(listed.id), { cost_usd: 3, price_version: BUILT_IN_PRICES.version });
  const { cost_usd, cost_basis, price_version } = await find(own.id);
  t.deepEqual([cost_usd, cost_basis], [2, 'estimated']);
  t.regex(price_version, /^\d{4}-\d{2}-\d{2}\+org\.[0-9a-f]{8}$/);
  t.true(price_version.startsWith(BUILT_IN_PRICES.version));
  t.like(await find(before.id), { cost_usd: null, revision: 1 }, 'a newer table changes no estimate');
  await patch({ prices: [{ ...price, model: 'claude-sonnet-*', provider: 'anthropic', input: 1 }] });
  const discounted = receipt({ ...tokens, model: 'claude-sonnet-4-5' });
  await send(discounted);
  const other = await find(discounted.id);
  t.is(other.cost_usd, 1);
  t.not(other.price_version, price_version);
});

test('whoami tells clones what they have to keep to', async (t) => {
  const { ask, patch } = await org();
  await patch({ privacy: { prompts: 'hash' }, ignore: ['gen/**'], prices: [price] });
  t.deepEqual((await ask('GET', '/whoami')).body.settings, { privacy: { prompts: 'hash' }, ignore: ['gen/**'] });
});

test('counts of a commit that an ignore list replaced hold again when the list is taken back', async (t) => {
  const { ask, patch } = await org();
  const post = (ai: number) =>
    ask('POST', '/receipts', {
      repo: REPO,
      commits: [commitFact({ lines: { added: 10, deleted: 0, ai, human: 0, unknown: 10 - ai } })],
    });
  const ai = async () => (await ask('GET', '/analytics')).body.lines.ai;
  await post(6);
  await patch({ ignore: ['gen/**'] });
  await post(2);
  t.is(await ai(), 2);
  await post(6);
  t.is(await ai(), 2, 'a clone that lags behind');
  await patch({ ignore: null });
  await post(6);
  t.is(await ai(), 6);
});
