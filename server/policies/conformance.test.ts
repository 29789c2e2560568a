import test from 'ava';
import { CONFORMANCE, type ConformanceCase } from '../../shared/policy/conformance.js';
import { compilePolicies, evaluate } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';
import { costLimit, type SpendKey, spendKeys } from '../../shared/policy/windows.js';
import { commitFact, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

/** The change with all that a server knows: a team that nothing else tells, and 0 where nothing was spent or written. */
function asKnown({ change, policies }: ConformanceCase): Change {
  const [team, ...others] = change.teams;
  const only = others.length === 0 ? team : undefined;
  const known = { ...change, receipts: change.receipts.map((one) => ({ ...one, team: one.team ?? only ?? null })) };
  const spent = ({ policy, window, per }: SpendKey) =>
    change.state?.spend.find((item) => item.policy === policy && item.window === window && item.per === per)?.usd ?? 0;
  const spend = policies.flatMap((policy) => spendKeys(policy, known)).map((key) => ({ ...key, usd: spent(key) }));
  return { ...known, state: { as_of: change.now, spend, lines: change.state?.lines ?? { added: 0, ai: 0 } } };
}

/** Makes an org in which what the change's state says was really spent and written, in a repository of the change's teams. */
async function prepare(org: TestOrg, { policies, change }: ConformanceCase): Promise<void> {
  const send = async (method: string, path: string, body: object) => {
    const reply = await server.request(`/api/v1${path}`, { key: org.key, method, body });
    if (reply.status >= 300) throw new Error(`${path}: ${JSON.stringify(reply.body)}`);
  };
  const { spend = [], lines = null } = change.state ?? {};
  const per = policies.map(({ rule }) => costLimit(rule)?.per).find((per) => per !== undefined);
  const slugs = new Set<string | null>([...change.teams, ...(per === 'team' ? spend.map((item) => item.per) : [])]);
  slugs.delete(null);
  for (const slug of slugs) {
    await send('POST', '/teams', { slug });
    await send('PUT', `/teams/${slug}/members`, { email: `${slug}@example.com`, role: 'member', since: '2020-01-01' });
  }
  for (const slug of change.teams) await send('PUT', `/teams/${slug}/repos`, { repo: change.repo });
  const receipts = spend.map((item) =>
    receipt({
      timestamp: `${item.window.length === 7 ? `${item.window}-01` : item.window}T00:00:00Z`,
      cost_usd: item.usd,
      user_email: per === 'team' ? `${item.per}@example.com` : per === 'person' ? item.per! : 'seed@example.com',
    }),
  );
  const { added, ai } = lines ?? { added: 0, ai: 0 };
  const commits = lines ? [commitFact({ lines: { added, ai, deleted: 0, human: 0, unknown: added - ai } })] : [];
  if (receipts.length + commits.length > 0)
    await send('POST', '/receipts', { repo: { name: change.repo }, receipts, commits });
}

for (const row of CONFORMANCE) {
  test(`the server judges as the evaluator does: ${row.name}`, async (t) => {
    const { policies, change } = row;
    const org = await server.createOrg();
    await prepare(org, row);
    const { status, body } = await server.request('/api/v1/policies/evaluate', {
      key: org.key,
      body: {
        repo: change.repo,
        receipts: change.receipts,
        commits: change.commits,
        policies: policies.map(({ id, version, ...policy }) => policy),
      },
    });
    t.is(status, 200, JSON.stringify(body));
    const known = asKnown(row);
    t.deepEqual(body, JSON.parse(JSON.stringify(evaluate(compilePolicies(policies), known))));
  });
}
