import { randomUUID } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { Filters } from '../../shared/api/receipts.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { OID, receipt } from '../../test/fixtures.js';
import { operator } from '../audit/record.js';
import { insertOrg } from '../orgs/queries.js';
import { ingest } from './ingest.js';
import { searchReceipts } from './search.js';

const REPOS = ['git.example.com/acme/api', 'git.example.com/acme/web'];
const ADA = 'ada@example.com';

let database: TestDatabase;
const orgs: { id: string; receipts: Awaited<ReturnType<typeof fill>> }[] = [];
test.before(async () => {
  database = await createTestDatabase({ poolSize: 4 });
  for (let n = 0; n < 2; n++) {
    const id = randomUUID();
    await database.db.withSystem((sql) => insertOrg(sql, { id, slug: id.slice(0, 8), name: 'x' }));
    orgs.push({ id, receipts: await fill(id, n) });
  }
});
test.after.always(() => database?.drop());

const of = fc.constantFrom;
const made = fc.record({
  person: of(['Ada Example', ADA], ['Bob', 'bob@example.com'], ['ada example', null], [null, null]),
  path: of('src/Cart.ts', 'src/100%_sure.ts', 'test/x.ts'),
  day: of(1, 2, 3),
  microsecond: of(0, 1, 2),
  model: of('gpt-5', 'claude-opus-4-6', null),
  provider: of('openai', null),
  tool: of('cursor', 'codex'),
  session_id: of('session-1', 'Other'),
  prompt_summary: of('Fill the cart', '100 % \\ sure', null),
});

/** Receipts of which many have the same time, and for which senders name teams before and after these exist. */
async function fill(orgId: string, seed: number) {
  const some = (repo: string, declared: string | null) =>
    fc
      .sample(made, { numRuns: 20, seed })
      .map(({ person: [user_name, user_email], day, microsecond, path, ...rest }) => ({
        repo,
        declared,
        path,
        ...receipt({
          ...rest,
          user_name: user_name!,
          user_email: user_email!,
          attributions: [{ commit: OID, path, lines: '1' }],
        }),
        timestamp: `2026-02-1${day}T10:00:00.00000${microsecond}Z`,
      }));
  const all = [];
  for (const declared of [null, 'core', 'web']) {
    for (const repo of REPOS) {
      const receipts = some(repo, declared);
      all.push(...receipts);
      const sent = receipts.map(({ repo: _repo, declared: _declared, path: _path, ...rest }) => rest);
      const batch = { repo: { name: repo, ...(declared && { team: declared }) }, receipts: sent };
      const { rejected } = await ingest(database.db, { orgId, actor: operator() }, batch as never);
      if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
      if (declared === null) continue;
      // From the second batch on the team is there; what came before it stays with what its sender named.
      await database.db.withTenant(
        orgId,
        (sql) => sql`
        insert into teams (org_id, id, slug, name) values (${orgId}, ${randomUUID()}, ${declared}, 'x') on conflict do nothing
      `,
      );
    }
  }
  return all;
}

const option = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
const rarely = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
const filters = fc.record({
  repo: option(...REPOS, 'acme/none'),
  user: option(ADA, 'BOB@example.com', 'ADA example', 'nobody'),
  model: rarely('gpt-5', 'none'),
  provider: rarely('openai'),
  tool: rarely('cursor', 'none'),
  team: option('core', 'web', 'none'),
  from: rarely('2026-02-12', '2026-02-11T10:00:00.000001Z'),
  to: rarely('2026-02-12', '2026-02-13T10:00:00.000001Z'),
  q: option('CART', '100%_', '% \\', 'gpt', 'other', 'ada', 'nowhere'),
});

function matches({ declared, ...item }: (typeof orgs)[0]['receipts'][0], f: Partial<Filters>): boolean {
  const dayAfter = (day: string) => (day.includes('T') ? day : '2026-02-13');
  const { prompt_summary, path, model, session_id, user_name, user_email } = item;
  const texts = [prompt_summary, path, model, session_id, user_name, user_email];
  const person = f.user?.includes('@') ? user_email : user_name;
  return (
    (f.repo === undefined || item.repo === f.repo) &&
    (f.user === undefined || person?.toLowerCase() === f.user.toLowerCase()) &&
    (f.model === undefined || item.model === f.model) &&
    (f.provider === undefined || item.provider === f.provider) &&
    (f.tool === undefined || item.tool === f.tool) &&
    (f.team === undefined || declared === f.team) &&
    (f.from === undefined || item.timestamp >= f.from) &&
    (f.to === undefined || item.timestamp < dayAfter(f.to)) &&
    (f.q === undefined || texts.some((text) => text?.toLowerCase().includes(f.q!.toLowerCase())))
  );
}

test('pages of every search have what a filter over all receipts has, in order, once', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(orgs.length - 1),
      filters,
      fc.constantFrom(1, 3, 10, 500),
      fc.constantFrom(1, 2, 7, 50),
      fc.constantFrom(0, 1e9),
      async (nth, chosen, limit, rows, budgetMs) => {
        const { id: orgId, receipts } = orgs[nth]!;
        const asked = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)) as Filters;
        const expected = receipts
          .filter((item) => matches(item, asked))
          .map(({ timestamp, id }) => `${timestamp} ${id}`)
          .sort()
          .reverse()
          .map((place) => place.split(' ')[1]);
        const seen: string[] = [];
        await database.db.withTenant(orgId, async (sql) => {
          let after: Parameters<typeof searchReceipts>[4];
          do {
            const size = { rows: { columns: rows, text: rows }, budgetMs };
            const page = await searchReceipts(sql, orgId, asked, limit, after, size);
            if (page.ids.length > limit) throw new Error(`${page.ids.length} on a page of ${limit}`);
            if (budgetMs > 0 && page.next && page.ids.length < limit) throw new Error('time was left');
            seen.push(...page.ids);
            after = page.next;
          } while (after);
        });
        t.deepEqual(seen, expected as string[]);
      },
    ),
    { numRuns: 200 },
  );
});
