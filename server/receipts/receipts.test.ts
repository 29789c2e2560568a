import { randomUUID } from 'node:crypto';
import test from 'ava';
import { commitFact, OID, OTHER_OID, REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const post = (key: string, body: unknown) => server.request('/api/v1/receipts', { key, body });
const list = async (key: string, query = '') => (await server.request(`/api/v1/receipts${query}`, { key })).body;

test('a receipt that was sent comes back with its first attribution flat', async (t) => {
  const { key } = await server.createOrg();
  const sent = receipt();
  const { status, body } = await post(key, { repo: REPO, receipts: [sent] });
  t.is(status, 200);
  t.like(body, { received: 1, inserted: 1, duplicates: 0, amended: 0, rejected: [] });
  const { receipts, next_cursor } = await list(key);
  t.is(next_cursor, null);
  t.is(receipts.length, 1);
  t.like(receipts[0], {
    id: sent.id,
    repo: 'git.example.com/acme/shop',
    commit_hash: OID,
    file_path: 'src/cart.ts',
    line_start: 1,
    line_end: 15,
    timestamp: '2026-02-14T10:00:00.123456Z',
    model: 'claude-opus-4-6',
    provider: 'anthropic',
    cost_usd: 0.25,
    cost_basis: 'recorded',
    user_email: 'ada@example.com',
    session_duration_secs: 60,
    revision: 1,
  });
  t.deepEqual(receipts[0].attributions, [
    { repo: REPO.name, commit: OID, now_at: null, path: 'src/cart.ts', lines: '1-10,15' },
  ]);
});

test('the same batch sent twice counts once', async (t) => {
  const { key } = await server.createOrg();
  const batch = { repo: REPO, receipts: [receipt(), receipt()], commits: [commitFact()] };
  await post(key, batch);
  const { body } = await post(key, batch);
  t.like(body, {
    received: 2,
    inserted: 0,
    duplicates: 2,
    amended: 0,
    commits: { received: 1, inserted: 0, updated: 0 },
  });
  t.is((await list(key)).receipts.length, 2);
});

test('ten clients that send the same batch at once count it once', async (t) => {
  const { key } = await server.createOrg();
  const receipts = Array.from({ length: 50 }, () => receipt());
  const shuffled = () => [...receipts].sort(() => Math.random() - 0.5);
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => post(key, { repo: REPO, receipts: shuffled(), commits: [commitFact()] })),
  );
  t.true(replies.every(({ status }) => status === 200));
  t.is(sum(replies.map(({ body }) => body.inserted)), 50);
  t.is(sum(replies.map(({ body }) => body.duplicates)), 450);
  t.is((await list(key, '?limit=500')).receipts.length, 50);
});

test('other content under a known id becomes the current revision and the earlier one stays readable', async (t) => {
  const { key } = await server.createOrg();
  const first = receipt({ cost_usd: 1 });
  const second = { ...first, cost_usd: 2 };
  await post(key, { repo: REPO, receipts: [first] });
  t.like((await post(key, { repo: REPO, receipts: [second] })).body, { inserted: 0, duplicates: 0, amended: 1 });
  const { body } = await server.request(`/api/v1/receipts/${first.id}`, { key });
  t.like(body, { cost_usd: 2, revision: 2 });
  t.is(body.revisions.length, 1);
  t.like(body.revisions[0], { part: 'receipt', content: { cost_usd: 1, revision: 1 } });
});

test('content that was seen before is a duplicate, whoever sends it', async (t) => {
  const { key } = await server.createOrg();
  const first = receipt({ cost_usd: 1 });
  await post(key, { repo: REPO, receipts: [first] });
  await post(key, { repo: REPO, receipts: [{ ...first, cost_usd: 2 }] });
  t.like((await post(key, { repo: REPO, receipts: [first] })).body, { duplicates: 1, amended: 0 });
  t.like((await list(key)).receipts[0], { cost_usd: 2, revision: 2 });
});

test('both contents in one batch leave the later one current', async (t) => {
  const { key } = await server.createOrg();
  const first = receipt({ model: 'one' });
  const { body } = await post(key, { repo: REPO, receipts: [first, { ...first, model: 'two' }] });
  t.like(body, { received: 2, inserted: 1, amended: 1 });
  t.like((await list(key)).receipts[0], { model: 'two' });
});

test('attributions of further commits add up, those of a known commit replace', async (t) => {
  const { key } = await server.createOrg();
  const session = receipt();
  await post(key, { repo: REPO, receipts: [session] });
  const elsewhere = { ...session, attributions: [{ commit: OTHER_OID, path: 'b.ts', lines: '3' }] };
  t.like((await post(key, { repo: REPO, receipts: [elsewhere] })).body, {
    duplicates: 1,
    attributions: { inserted: 1 },
  });
  const rewritten = { ...session, attributions: [{ commit: OID, path: 'src/cart.ts', lines: '1-12' }] };
  t.like((await post(key, { repo: REPO, receipts: [rewritten] })).body, { amended: 1, attributions: { amended: 1 } });
  t.like((await post(key, { repo: REPO, receipts: [session] })).body, {
    duplicates: 1,
    attributions: { duplicates: 1 },
  });
  const [item] = (await list(key)).receipts;
  t.deepEqual(item.attributions.map(({ commit, lines }: { commit: string; lines: string }) => [commit, lines]).sort(), [
    [OID, '1-12'],
    [OTHER_OID, '3'],
  ]);
});

test('a session without a time of its own is as old as its earliest commit', async (t) => {
  const { key } = await server.createOrg();
  const session = receipt({ timestamp_basis: 'commit', timestamp: '2026-02-14T10:00:00Z' });
  await post(key, { repo: REPO, receipts: [session] });
  for (const timestamp of ['2026-02-10T10:00:00Z', '2026-02-20T10:00:00Z']) {
    t.like((await post(key, { repo: REPO, receipts: [{ ...session, timestamp }] })).body, {
      duplicates: 1,
      amended: 0,
    });
  }
  t.is((await list(key)).receipts[0].timestamp, '2026-02-10T10:00:00.000000Z');
});

test('bad items are refused one by one with reason and place, the rest lands', async (t) => {
  const { key } = await server.createOrg();
  const good = receipt();
  const { status, body } = await post(key, {
    repo: REPO,
    receipts: [
      good,
      { ...receipt(), model: 5 },
      { ...receipt(), colour: 'red' },
      'nonsense',
      receipt({ model: 'a\u0000b' }),
    ],
    commits: [commitFact({ lines: { added: 5, deleted: 0, ai: 9, human: 0, unknown: 0 } })],
  });
  t.is(status, 200);
  t.like(body, { received: 5, inserted: 1 });
  t.deepEqual(
    body.rejected.map(({ kind, index, code, pointer }: Record<string, unknown>) => [kind, index, code, pointer]),
    [
      ['receipt', 1, 'invalid', '/receipts/1/model'],
      ['receipt', 2, 'invalid', '/receipts/2/colour'],
      ['receipt', 3, 'invalid', '/receipts/3'],
      ['receipt', 4, 'unstorable_text', '/receipts/4/model'],
      ['commit', 0, 'lines_do_not_add_up', '/commits/0/lines'],
    ],
  );
});

test('a batch in which nothing is valid is an error of the request', async (t) => {
  const { key } = await server.createOrg();
  const { status, body } = await post(key, { repo: REPO, receipts: [{ ...receipt(), colour: 'red' }] });
  t.is(status, 422);
  t.like(body, { code: 'invalid_body', errors: [{ in: 'body', pointer: '/receipts/0/colour' }], inserted: 0 });
  t.is(body.rejected.length, 1);
});

test('pages follow each other without gap or repetition, also where times are equal', async (t) => {
  const { key } = await server.createOrg();
  const receipts = Array.from({ length: 25 }, (_, n) => receipt({ timestamp: `2026-02-14T10:00:00.00000${n % 3}Z` }));
  await post(key, { repo: REPO, receipts });
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { receipts: { id: string; timestamp: string }[]; next_cursor: string | null } = await list(
      key,
      `?limit=7${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...page.receipts.map(({ timestamp, id }) => `${timestamp} ${id}`));
    cursor = page.next_cursor;
  }
  t.is(seen.length, 25);
  t.deepEqual(seen, [...new Set(seen)].sort().reverse());
});

test('a list shows the first hundred attributions of a session in the order of commits and paths, and counts all', async (t) => {
  const { key } = await server.createOrg();
  const paths = Array.from({ length: 120 }, (_, n) => `src/${String(n).padStart(3, '0')}.ts`);
  const files = (commit: string) => paths.map((path) => ({ commit, path, lines: '1' }));
  const session = receipt({ attributions: files(OID).slice(0, 60).reverse() });
  await post(key, { repo: REPO, receipts: [session] });
  await post(key, { repo: REPO, receipts: [{ ...session, attributions: files(OTHER_OID) }] });
  const commitless = receipt({ attributions: [], timestamp: '2020-01-01T00:00:00Z' });
  await post(key, { repo: REPO, receipts: [commitless] });
  const [item, other] = (await list(key)).receipts;
  const first = [...files(OID).slice(0, 60), ...files(OTHER_OID).slice(0, 40)];
  t.like(item, { attribution_count: 180, commit_hash: OID, file_path: 'src/000.ts' });
  t.deepEqual(
    item.attributions,
    first.map((file) => ({ repo: REPO.name, now_at: null, ...file })),
  );
  t.like(other, { attribution_count: 0, attributions: [], commit_hash: null });
  const { body } = await server.request(`/api/v1/receipts/${session.id}`, { key });
  t.is(body.attributions.length, 180);
});

test('every filter narrows the list to what it says', async (t) => {
  const { key } = await server.createOrg();
  const ids = Object.fromEntries(['plain', 'other'].map((name) => [name, randomUUID()]));
  await post(key, { repo: { ...REPO, team: 'web' }, receipts: [receipt({ id: ids.plain! })] });
  await post(key, {
    repo: { name: 'git@git.example.com:acme/api.git' },
    receipts: [
      receipt({
        id: ids.other!,
        user_email: 'Bob@Example.com',
        user_name: 'Bob',
        model: 'gpt-5',
        provider: 'openai',
        tool: 'codex',
        timestamp: '2026-03-01T00:00:00Z',
        prompt_summary: '100% of _this_',
        session_id: 'another',
        attributions: [{ commit: OID, path: 'lib/"quoted" ünïcode.ts', lines: '1' }],
      }),
    ],
  });
  for (const query of [
    'repo=https://git.example.com/acme/api',
    'user=bob@example.com',
    'user=bob',
    'model=gpt-5',
    'provider=openai',
    'tool=codex',
    'from=2026-03-01',
    'from=2026-02-15&to=2026-03-01',
    `q=${encodeURIComponent('100% of _this')}`,
    `q=${encodeURIComponent('"quoted" ün')}`,
    'q=ANOTHER',
  ]) {
    t.deepEqual(
      (await list(key, `?${query}`)).receipts.map(({ id }: { id: string }) => id),
      [ids.other],
      query,
    );
  }
  for (const query of ['team=web', 'to=2026-02-28', 'to=2026-03-01T00:00:00Z', 'q=cart', 'q=add a']) {
    t.deepEqual(
      (await list(key, `?${query}`)).receipts.map(({ id }: { id: string }) => id),
      [ids.plain],
      query,
    );
  }
  for (const query of ['repo=nowhere', 'q=100_', 'from=2026-02-15&to=2026-02-20', 'team=ops']) {
    t.is((await list(key, `?${query}`)).receipts.length, 0, query);
  }
});

test('the array that the original client posts is taken with ?repo=, and nothing private is kept', async (t) => {
  const { key } = await server.createOrg();
  const id = randomUUID();
  const original = {
    id,
    provider: 'claude',
    model: 'claude-sonnet-4-6',
    session_id: 's',
    prompt_summary: 'rotate the key ghp_0123456789abcdefghijABCDEFGHIJ',
    response_summary: 'private-response',
    conversation: [{ role: 'user', content: 'private-conversation' }],
    prompt_hash: 'sha256:0002',
    message_count: 3,
    cost_usd: 0.5,
    timestamp: '2026-02-25T11:42:36.002470Z',
    user: 'Ada Example <ada@example.com>',
    files_changed: [{ path: 'a.ts', line_range: [1, 4], additions: 4, deletions: 0 }],
    a_field_of_tomorrow: true,
  };
  const { status, body } = await server.request('/api/v1/receipts?repo=git@git.example.com:acme/shop.git', {
    key,
    body: [original],
  });
  t.is(status, 200);
  t.like(body, { received: 1, inserted: 1 });
  const [item] = (await list(key)).receipts;
  t.like(item, {
    id,
    repo: REPO.name,
    user_email: 'ada@example.com',
    file_path: 'a.ts',
    line_start: 1,
    line_end: 4,
    commit_hash: null,
  });
  const { body: whole } = await server.request(`/api/v1/receipts/${id}`, { key });
  t.false(JSON.stringify(whole).includes('private-'));
  t.false(JSON.stringify(whole).includes('ghp_'));
  t.is((await server.request('/api/v1/receipts', { key, body: [original] })).status, 400);
});

test('a clone without the notes, or with older ones, does not erase what another reported of a commit', async (t) => {
  const { key } = await server.createOrg();
  const lines = async () => (await server.request('/api/v1/analytics', { key })).body.lines;
  const first = commitFact();
  const newer = commitFact({ lines: { added: 10, deleted: 2, ai: 7, human: 1, unknown: 2 } });
  await post(key, { repo: REPO, commits: [first] });
  await post(key, {
    repo: REPO,
    commits: [commitFact({ sources: [], lines: { added: 10, deleted: 2, ai: 0, human: 0, unknown: 10 } })],
  });
  t.like(await lines(), { ai: 6, unknown: 3 });
  await post(key, { repo: REPO, commits: [newer] });
  await post(key, { repo: REPO, commits: [first] });
  t.like(await lines(), { ai: 7, unknown: 2 });
  await post(key, { repo: REPO, commits: [commitFact({ ...newer, on_default_branch: false })] });
  t.like(await lines(), { added: 0, ai: 0 });
});

test('a commit that was rewritten leads to the one where its lines are, until it is on the branch again', async (t) => {
  const { key } = await server.createOrg();
  const beside = { on_default_branch: false, lines: null, ai_by: [], sources: [] };
  const nowAt = async () => (await list(key)).receipts[0].attributions[0].now_at;
  await post(key, { repo: REPO, receipts: [receipt()], commits: [commitFact()] });
  t.is(await nowAt(), null);
  const moved = commitFact({ ...beside, rewritten_to: OTHER_OID });
  t.like((await post(key, { repo: REPO, commits: [moved] })).body, { commits: { updated: 1 } });
  t.is(await nowAt(), OTHER_OID);
  t.like((await post(key, { repo: REPO, commits: [moved] })).body, { commits: { updated: 0 } });
  t.like((await post(key, { repo: REPO, commits: [commitFact(beside)] })).body, { commits: { updated: 0 } });
  t.is(await nowAt(), OTHER_OID);
  await post(key, { repo: REPO, commits: [commitFact({ ...beside, rewritten_to: 'c'.repeat(40) })] });
  t.is(await nowAt(), 'c'.repeat(40));
  await post(key, { repo: REPO, commits: [commitFact()] });
  t.is(await nowAt(), null);
  const { status, body } = await post(key, { repo: REPO, commits: [commitFact({ rewritten_to: 'main' })] });
  t.is(status, 422);
  t.like(body.errors[0], { pointer: '/commits/0/rewritten_to' });
});

test('who people are is the word of the newest tip, and amends no content', async (t) => {
  const { key } = await server.createOrg();
  const session = receipt({ user_name: 'A', user_email: 'a@old.example.com' });
  const ada = {
    ...{ user_name: 'Ada', user_email: 'ada@example.com' },
    ...{ recorded_user_name: 'A', recorded_user_email: 'a@old.example.com' },
  };
  const author = { author_name: 'A', author_email: 'a@old.example.com' };
  const mapped = { author_name: 'Ada', author_email: 'ada@example.com' };
  const send = async (day: number | null, person: object, by: object) => {
    const tip_committed_at = day && `2026-02-0${day}T00:00:00Z`;
    const body = {
      repo: { ...REPO, tip_committed_at },
      receipts: [{ ...session, ...person }],
      commits: [commitFact(by)],
    };
    return (await post(key, body)).body;
  };
  const who = async () => {
    const { user_name, user_email, revision } = (await list(key)).receipts[0];
    const { lines } = (await server.request('/api/v1/analytics?user=ada@example.com', { key })).body;
    return [user_name, user_email, revision, lines.added];
  };
  await send(1, {}, author);
  t.deepEqual(await who(), ['A', 'a@old.example.com', 1, 0]);
  t.like(await send(3, ada, mapped), { amended: 1, commits: { updated: 1 } });
  t.deepEqual(await who(), ['Ada', 'ada@example.com', 1, 10]);
  for (const behind of [2, null]) {
    t.like(await send(behind, {}, author), { amended: 0, duplicates: 1, commits: { updated: 0 } });
    t.deepEqual(await who(), ['Ada', 'ada@example.com', 1, 10]);
  }
  t.like(await send(4, {}, author), { amended: 1, commits: { updated: 1 } });
  t.deepEqual(await who(), ['A', 'a@old.example.com', 1, 0]);
  const other = { ...session, user_name: 'B', user_email: 'b@example.com' };
  t.like(await send(4, other, author), { amended: 1 });
  t.deepEqual(await who(), ['B', 'b@example.com', 2, 0]);
});

test('a tip from the future does not silence the tips of today', async (t) => {
  const { key } = await server.createOrg();
  const session = receipt();
  const send = (tip_committed_at: string, user_name: string) =>
    post(key, {
      repo: { ...REPO, tip_committed_at },
      receipts: [{ ...session, user_name, recorded_user_email: 'a@b.c' }],
    });
  await send('2190-01-01T00:00:00Z', 'Tomorrow');
  await send(new Date(Date.now() + 60_000).toISOString(), 'Today');
  t.is((await list(key)).receipts[0].user_name, 'Today');
});

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
