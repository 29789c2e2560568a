import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, lines, run, TestClone, temporaryFolder } from './cli.js';
import { commitFact, receipt } from './fixtures.js';
import { onOneDay } from './one-day.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const REPO = 'git.example.com/acme/shop';

/** An org and its commands, as a person on a machine of their own gives them. */
async function org(t: ExecutionContext) {
  const { key } = await server.createOrg();
  const home = await temporaryFolder(t);
  const env = { HOME: home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: key };
  const start = (args: string[], input = '') => run(CLI, ['enterprise', ...args], { cwd: home, env, input });
  const expect = async (code: number, ...args: string[]) => {
    const outcome = await start(args);
    t.is(outcome.code, code, outcome.stderr + outcome.stdout);
    return outcome;
  };
  return {
    ...{ key, home, env, start, expect },
    json: async (...args: string[]) => (await expect(0, ...args, '--json')).json,
    says: async (...args: string[]) => (await expect(0, ...args)).stdout,
    write: async (name: string, text: string) => writeFile(join(home, name), text),
    post: (path: string, body: object) => server.request(`/api/v1${path}`, { key, body }),
  };
}

test('policies are made, shown, changed, switched and deleted from the command line', async (t) => {
  const { json, says, expect } = await org(t);
  t.regex(await says('policy', 'list'), /No policies\. Make one/);
  const args = ['--rule', 'max_cost_per_day=50', '--per', 'person', '--action', 'block', '--team', 'backend'];
  const made = await json('policy', 'set', 'budget', ...args, '--valid-from', '2026-03-01');
  t.like(made, { name: 'budget', version: 1, enabled: true, valid_from: '2026-03-01T00:00:00Z' });
  t.deepEqual(made.rule, { max_cost_per_day: 50, per: 'person' });
  t.regex(await says('policy', 'list'), /budget +block +max_cost_per_day=50 per person +team backend +1/);
  const changed = await json(
    'policy',
    'set',
    'budget',
    '--repo',
    '*/acme/*',
    '--description',
    'why',
    '--valid-from',
    '',
  );
  t.like(changed, {
    version: 2,
    description: 'why',
    action: 'block',
    scope: { teams: ['backend'], repos: ['*/acme/*'] },
  });
  t.false('valid_from' in changed);
  t.like(await json('policy', 'disable', 'budget'), { enabled: false, version: 3 });
  t.deepEqual((await json('policy', 'list', '--enabled')).policies, []);
  t.regex(await says('policy', 'enable', made.id), /action +block\n/);
  t.regex(await says('policy', 'show', 'budget'), /version 4 +\S+ \S+ by test[\s\S]+version 1/);
  t.regex(await says('policy', 'delete', 'budget'), /Deleted budget/);
  t.regex(await says('policy', 'show', made.id), /version 5 .*deleted/);
  t.regex((await expect(1, 'policy', 'show', 'budget')).stderr, /There is no policy "budget".*policy list/);
});

test('each rule can be written on the command line, and what is none is explained', async (t) => {
  const { json, expect } = await org(t);
  const rules = {
    'blocked_models=gpt-4*, deepseek/*': { blocked_models: ['gpt-4*', 'deepseek/*'] },
    'require_review_above=500': { require_review_above: 500 },
    'forbidden_paths=crypto/**,*.pem': { forbidden_paths: ['crypto/**', '*.pem'] },
    'when=receipt.tool == "codex"': { when: 'receipt.tool == "codex"' },
  };
  for (const [text, rule] of Object.entries(rules))
    t.deepEqual((await json('policy', 'set', text.slice(0, 10), '--rule', text)).rule, rule);
  for (const [args, words] of [
    [['--rule', 'max_cost=5'], /is no rule.*max_cost_per_day/],
    [['--rule', 'max_cost_per_day'], /is no rule/],
    [['--rule', 'max_cost_per_day=lots'], /takes a number, not "lots"/],
    [['--rule', 'blocked_models=x', '--per', 'team'], /--per .* goes with max_cost/],
    [[], /no policy "x" yet\. Say its rule/],
  ] as const)
    t.regex((await expect(2, 'policy', 'set', 'x', ...args)).stderr, words);
  const refused = await expect(1, 'policy', 'set', 'x', '--rule', 'when=receipt.cost_usd >');
  t.regex(refused.stderr, /422.*\/rule\/when/);
});

const FILE = `
[[policies]]
name = "budget"
action = "block"
[policies.rule]
max_cost_per_day = 5

[[policies]]
name = "keys"
description = "Write these by hand."
[policies.rule]
forbidden_paths = ["crypto/**"]
[policies.scope]
repos = ["git.example.com/acme/*"]
[[policies.exemptions]]
reason = "vendored"
approver = "lead@example.com"
expires_at = 2199-01-01T00:00:00Z
paths = ["crypto/vendored/"]
`;

test('a policy file is applied once: its differences are shown, and again it changes nothing', async (t) => {
  const { json, says, write } = await org(t);
  await write('policies.toml', FILE);
  await json('policy', 'set', 'older', '--rule', 'blocked_models=x');
  await json('policy', 'set', 'budget', '--rule', 'max_cost_per_day=4', '--description', 'gone');
  const plan = await says('policy', 'apply', '-f', 'policies.toml', '--dry-run', '--prune');
  t.regex(plan, /\+ keys: warn, forbidden_paths=crypto\/\*\*/);
  t.regex(
    plan,
    /~ budget\n +description: gone → –\n +rule: max_cost_per_day=4 → max_cost_per_day=5\n +action: warn → block/,
  );
  t.regex(plan, /- older\n1 to make, 1 to change, 1 to delete, 0 as they are/);
  t.is((await json('policy', 'list')).policies.length, 2);

  const applied = await json('policy', 'apply', '-f', 'policies.toml');
  t.deepEqual(applied, {
    dry_run: false,
    created: ['keys'],
    updated: [{ name: 'budget', fields: ['description', 'rule', 'action'] }],
    deleted: [],
    unchanged: [],
  });
  const before = (await json('policy', 'list')).policies;
  t.is(before.length, 3);
  const again = await json('policy', 'apply', '-f', 'policies.toml');
  t.like(again, { created: [], updated: [], deleted: [], unchanged: ['budget', 'keys'] });
  t.deepEqual((await json('policy', 'list')).policies, before);
  t.like(await json('policy', 'apply', '-f', 'policies.toml', '--prune'), { deleted: ['older'] });

  await write('policies.toml', FILE.replace(/\[policies\.scope\][\s\S]+/, ''));
  t.deepEqual((await json('policy', 'apply', '-f', 'policies.toml')).updated, [
    { name: 'keys', fields: ['scope', 'exemptions'] },
  ]);
  t.deepEqual((await json('policy', 'apply', '-f', 'policies.toml')).updated, []);
});

test('a policy file that is wrong changes nothing and says where', async (t) => {
  const { expect, json, write } = await org(t);
  await write('policies.toml', `${FILE}\n[[policies]]\nname = "x"\n[policies.rule]\nwhen = "1 +"\n`);
  const { stderr } = await expect(2, 'policy', 'apply', '-f', 'policies.toml');
  t.regex(stderr, /Cannot use the policies of policies\.toml: Policy "x", rule\/when/);
  t.is((await json('policy', 'list')).policies.length, 0);
  t.regex((await expect(2, 'policy', 'apply', '-f', 'none.toml')).stderr, /Cannot read none\.toml/);
});

test('policies are tried on a sample before they are applied', async (t) => {
  const { start, expect, json, write, post } = await org(t);
  const today = new Date().toISOString();
  await post('/receipts', { repo: { name: REPO }, receipts: [receipt({ timestamp: today, cost_usd: 4 })] });
  await write('policies.toml', FILE);
  const sample = { repo: REPO, person: 'ada@example.com', receipts: [receipt({ timestamp: today, cost_usd: 0.5 })] };
  await write('sample.json', JSON.stringify(sample));
  t.is((await json('policy', 'test', '-f', 'policies.toml', '--sample', 'sample.json')).verdict, 'pass');
  await write('sample.json', JSON.stringify({ ...sample, receipts: [receipt({ timestamp: today, cost_usd: 2 })] }));
  const blocked = await expect(1, 'policy', 'test', '-f', 'policies.toml', '--sample', 'sample.json');
  t.regex(blocked.stdout, /block +budget: max_cost_per_day: \$6 spent[\s\S]+Verdict: block/);
  await json('policy', 'apply', '-f', 'policies.toml');
  t.is((await expect(1, 'policy', 'test', '--sample', 'sample.json', '--json')).json.verdict, 'block');
  const piped = await start(['policy', 'test', '--sample', '-', '--json'], JSON.stringify({ repo: REPO }));
  t.like(piped.json, { verdict: 'pass', violations: [] });
  t.is((await start(['policy', 'test', '--sample', '-'], '{')).code, 2);
  t.is((await post('/violations', {})).status, 405);
});

test('what a policy would have found is told before it is switched on', async (t) => {
  const { json, says, write, expect, twoDays } = await onOneDay(async () => {
    const made = await org(t);
    const days = [0, 1, 2].map((ago) => new Date(Date.now() - ago * 86_400_000).toISOString());
    const receipts = days.map((timestamp) => receipt({ timestamp, cost_usd: 6 }));
    await made.post('/receipts', { repo: { name: REPO }, receipts });
    await made.json('policy', 'set', 'models', '--rule', 'blocked_models=claude-*', '--disabled');
    return { ...made, twoDays: await made.json('policy', 'simulate', 'models', '--days', '2') };
  });
  t.like(twoDays, { receipts: 2, violations: { warn: 2, block: 0 } });
  const text = await says('policy', 'simulate', 'models');
  t.regex(text, /3 violations from .* in 3 receipts/);
  t.regex(text, /git\.example\.com\/acme\/shop +3[\s\S]+ada@example\.com +3/);
  await write('policies.toml', FILE);
  t.like(await json('policy', 'simulate', 'budget', '-f', 'policies.toml'), { violations: { warn: 0, block: 3 } });
  t.regex((await expect(2, 'policy', 'simulate', 'x', '-f', 'policies.toml')).stderr, /has no policy "x"/);
  t.deepEqual((await json('violations')).violations, []);
});

test('violations are listed, filtered and acknowledged', async (t) => {
  const { json, says, expect, post } = await org(t);
  await json('policy', 'set', 'models', '--rule', 'blocked_models=claude-*', '--action', 'block');
  await json('policy', 'set', 'review', '--rule', 'require_review_above=5');
  await post('/receipts', { repo: { name: REPO }, receipts: [receipt()], commits: [commitFact()] });
  t.regex(
    await says('violations'),
    /block {2}models: [\s\S]+2026-02-14 10:00, git\.example\.com\/acme\/shop, ada@example\.com/,
  );
  const { violations } = await json('violations', '--action', 'warn', '--person', 'ada@example.com');
  t.deepEqual(
    violations.map(({ policy }: { policy: string }) => policy),
    ['review'],
  );
  const { id } = violations[0];
  t.like(await json('violations', '--ack', id, '--note', 'agreed'), { id, note: 'agreed', acknowledged_by: 'test' });
  t.regex(await says('violations', '--acknowledged'), new RegExp(`${id}, acknowledged by test: agreed`));
  t.is((await json('violations', '--no-acknowledged')).violations.length, 1);
  const page = await json('violations', '--limit', '1');
  t.is((await json('violations', '--limit', '1', '--cursor', page.next_cursor)).next_cursor, null);
  t.is((await expect(1, 'violations', '--ack', '00000000-0000-0000-0000-000000000000')).code, 1);
  t.is(await says('violations', '--policy', 'none'), 'No violations.\n');
});

test('a sync says what policies found in what was new, and nothing steers the terminal', async (t) => {
  const { env, json, post, says } = await org(t);
  await post('/policies', {
    name: 'red \u001b[31m',
    rule: { blocked_models: ['claude-*'] },
    action: 'block',
    description: '\u001b]0;title\u0007',
  });
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(1) });
  const commit = await clone.commit({ 'a.ts': lines(4) });
  const { id, timestamp } = receipt();
  const said = {
    id,
    timestamp,
    provider: 'claude',
    model: 'claude-sonnet-4-6\u001b[2J',
    session_id: 's',
    prompt_summary: 'x',
    prompt_hash: 'y',
    message_count: 1,
    cost_usd: 1,
    user: 'Ada <ada@example.com>',
    files_changed: [],
  };
  await clone.note('blameprompt', commit, blamePromptNote(said));
  const sync = (...args: string[]) =>
    run(CLI, ['enterprise', 'sync', '-C', clone.path, ...args], { env: { ...env, HOME: clone.home } });
  const first = await sync();
  t.is(first.code, 0, first.stderr);
  t.regex(first.stdout, /1 violation of policies \(1 block, 0 warn\): enterprise violations\n {2}block {2}/);
  const again = await sync('--json', '--full');
  t.like(again.json.violations, { warn: 0, block: 0 });
  const printed =
    first.stdout +
    (await says('policy', 'list')) +
    (await says('policy', 'show', (await json('policy', 'list')).policies[0].id)) +
    (await says('violations'));
  t.notRegex(printed, /\u001b|\u0007/);
});
