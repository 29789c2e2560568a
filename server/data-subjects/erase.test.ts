import { createHash, createPublicKey, verify } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { verifyLog } from '../../shared/audit/verify.js';
import { dumpOrg } from '../../test/dump-org.js';
import { commitFact, OTHER_OID, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';
import { findCheckpoint, listEntries } from '../audit/queries.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const EMAIL = 'Grace.Hopper@navy.example';
const OLD_EMAIL = 'grace@yale.example';
const NAME = 'Grace Brewster Hopper';
const REPO = { name: 'git.example.com/acme/cobol', default_branch: 'main', tip_committed_at: '2026-02-15T00:00:00Z' };
const TRACES = [/grace\.hopper@navy\.example/i, /grace@yale\.example/i, /grace\W*brewster\W*hopper/i];

const batch = () => ({
  repo: { ...REPO, team: `team of ${NAME}` },
  receipts: [
    receipt({ id: ids[0]!, user_email: EMAIL, user_name: NAME, prompt_summary: 'as Grace says', cost_usd: 2 }),
    receipt({ id: ids[1]!, user_email: OLD_EMAIL, user_name: NAME.toUpperCase(), session_id: `s of ${EMAIL}` }),
    receipt({ id: ids[2]!, user_email: null, user_name: NAME, cost_usd: 1 }),
    receipt({
      id: ids[3]!,
      prompt_summary: `ask ${NAME.replaceAll(' ', '\n')} (<mailto:${EMAIL.toUpperCase()}>.)`,
      attributions: [{ commit: OTHER_OID, path: `home/${EMAIL}/a.cob`, lines: '1' }],
    }),
  ],
  commits: [
    commitFact({ author_email: EMAIL, author_name: NAME }),
    commitFact({ commit: OTHER_OID, author_email: OLD_EMAIL, author_name: NAME, ai_involved: [{ tool: EMAIL }] }),
  ],
});
const ids = Array.from({ length: 4 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);

async function setup() {
  const org = await server.createOrg();
  const ask = async (method: string, path: string, body?: unknown) => {
    const reply = await server.request(`/api/v1${path}`, { key: org.key, method, ...(body !== undefined && { body }) });
    if (reply.status >= 300)
      throw new Error(
        `${method} ${path}: ${JSON.stringify(reply.body)} ${server.log.find((line) => line.includes(`"err"`))}`,
      );
    return reply.body;
  };
  return { org, ask };
}

/** An org in which the person stands wherever the API lets her. */
async function fill(ask: Awaited<ReturnType<typeof setup>>['ask']) {
  await ask('POST', '/teams', { slug: 'compilers', name: `Friends of ${NAME}` });
  await ask('PUT', '/teams/compilers/members', { email: EMAIL, role: 'member', since: '2026-01-01' });
  await ask('PUT', '/teams/compilers/members', { email: OLD_EMAIL, role: 'member', since: '2026-01-01' });
  await ask('POST', '/keys', { name: `${NAME} (${EMAIL})`, scopes: ['receipts:write'] });
  await ask('PATCH', '/settings', { ignore: [`home/${EMAIL}/tmp/**`] });
  const { id } = await ask('POST', '/policies', {
    name: `No models without ${NAME}`,
    description: `asked for by ${OLD_EMAIL}`,
    rule: { blocked_models: ['claude-*'] },
    exemptions: [
      {
        reason: `${NAME} may`,
        approver: EMAIL,
        expires_at: '2199-01-01T00:00:00Z',
        people: ['nobody', NAME, OLD_EMAIL],
      },
    ],
  });
  await ask('PATCH', `/policies/${id}`, { description: `agreed with ${EMAIL}`, exemptions: [] });
  await ask('POST', '/policies', { name: 'Budget', rule: { max_cost_per_day: 0.5, per: 'person' } });
  await ask('POST', '/receipts', batch());
  const amended = batch();
  amended.receipts[0]!.output_tokens = 501;
  amended.receipts[3]!.attributions = [{ commit: OTHER_OID, path: `home/${EMAIL}/b.cob`, lines: '2' }];
  await ask('POST', '/receipts', amended);
  const { violations } = await ask('GET', '/violations?limit=500');
  for (const violation of violations)
    await ask('PATCH', `/violations/${violation.id}`, { acknowledged: true, note: `${EMAIL} knows` });
  return violations.length as number;
}

interface Page {
  table: string;
  rows: unknown[];
  next_cursor: string | null;
}

const traces = (dump: string) =>
  TRACES.flatMap((trace) => dump.match(new RegExp(`.{0,80}${trace.source}.{0,40}`, 'gi')) ?? []);

const totalsOf = async (ask: Awaited<ReturnType<typeof setup>>['ask']) => {
  const { top_users, top_teams, ...rest } = await ask('GET', '/analytics');
  return {
    ...rest,
    top_teams: top_teams.map(({ team: _, name: __, ...of }: { team: string; name: string }) => of),
    top_users: top_users.map(({ user: _, ...of }: { user: string }) => of),
  };
};

async function verifyAudit(t: ExecutionContext, org: TestOrg) {
  await server.sequence(org);
  const { entries, checkpoint } = await server.db.withTenant(org.id, async (sql) => ({
    entries: await listEntries(sql, org.id, 0, 10_000),
    checkpoint: (await findCheckpoint(sql, org.id))!.checkpoint,
  }));
  const { public_key } = (await server.request('/api/v1/audit/checkpoint', { key: org.key })).body;
  const key = createPublicKey({ key: Buffer.from(public_key, 'base64'), format: 'der', type: 'spki' });
  async function* each() {
    yield* entries;
  }
  const verified = await verifyLog(each(), [{ name: 'it', text: checkpoint }], [key]);
  t.deepEqual(verified.faults, []);
  return verified;
}

test('an erased person stands nowhere in the database, totals stay, and the log verifies', async (t) => {
  const { org, ask } = await setup();
  const violations = await fill(ask);
  await server.enqueue(org, 'report', { to: EMAIL });
  await verifyAudit(t, org);
  const before = await totalsOf(ask);
  const full = await dumpOrg(server.adminUrl, org.id);
  t.true(traces(full).length > 40);

  const preview = await ask('POST', '/data-subjects/erase', { emails: [EMAIL, OLD_EMAIL], dry_run: true });
  t.is(preview.erasure, null);
  t.deepEqual(preview.names.map((name: string) => name.toLowerCase()).sort(), [NAME.toLowerCase(), NAME.toLowerCase()]);
  t.deepEqual(preview.left, []);
  t.is(await dumpOrg(server.adminUrl, org.id), full, 'a dry run changes nothing');

  const erased = await ask('POST', '/data-subjects/erase', { emails: [EMAIL, OLD_EMAIL] });
  t.deepEqual(erased.tables, preview.tables);
  t.deepEqual(Object.keys(erased.tables).sort(), [
    ...['api_keys', 'attributions', 'audit_details', 'commits', 'jobs', 'org_settings', 'policies', 'policy_versions'],
    ...['receipt_revisions', 'receipts', 'team_members', 'teams', 'violations'],
  ]);
  const dump = await dumpOrg(server.adminUrl, org.id);
  t.deepEqual(traces(dump), []);
  t.deepEqual(await totalsOf(ask), before);
  t.is((await ask('GET', '/violations?limit=500')).violations.length, violations);
  const verified = await verifyAudit(t, org);
  t.is(verified.erased, erased.tables.audit_details);

  for (const sent of [batch(), batch()]) {
    const reply = await ask('POST', '/receipts', sent);
    t.like(reply, { inserted: 0, amended: 0, duplicates: 4, commits: { inserted: 0, updated: 0 } });
  }
  const sums = async () =>
    (await ask('GET', '/violations?rule=max_cost_per_day')).violations
      .map(({ person }: { person: string }) => person)
      .sort();
  const sumsBefore = await sums();
  t.is(sumsBefore.length, 2);
  const again = batch();
  again.receipts.forEach((item, n) => {
    item.id = item.id.replace('-4000-', `-400${n + 1}-`);
  });
  t.is((await ask('POST', '/receipts', again)).inserted, 4);
  t.deepEqual(traces(await dumpOrg(server.adminUrl, org.id)), [], 'nor when clones send it again, or more of it');
  t.is((await totalsOf(ask)).top_users.length, before.top_users.length, 'later receipts are of the same people');
  t.deepEqual(await sums(), sumsBefore, 'a sum that grows is the same violation');
  const second = await ask('POST', '/data-subjects/erase', { emails: [EMAIL, OLD_EMAIL], names: [NAME] });
  t.deepEqual(second.tables, {});
  t.is(JSON.parse(second.erasure.certificate).pseudonym, JSON.parse(erased.erasure.certificate).pseudonym);
});

test('the certificate is signed, names nobody, and can be checked by who knows the address', async (t) => {
  const { org, ask } = await setup();
  await fill(ask);
  await server.sequence(org);
  const { erasure } = await ask('POST', '/data-subjects/erase', { emails: [EMAIL] });
  const { certificate, signature, public_key } = erasure;
  const key = createPublicKey({ key: Buffer.from(public_key, 'base64'), format: 'der', type: 'spki' });
  t.true(verify(null, Buffer.from(certificate), key, Buffer.from(signature, 'base64')));
  const { subjects, checkpoint, org: of } = JSON.parse(certificate);
  t.is(of, org.id);
  t.regex(checkpoint, /^blameprompt-enterprise\/audit\//);
  const { salt, sha256 } = subjects[0];
  t.is(createHash('sha256').update(`${salt}\n${EMAIL.toLowerCase()}`).digest('hex'), sha256);
  t.deepEqual(traces(certificate), []);
  const { erasures } = await ask('GET', '/erasures');
  t.deepEqual(erasures, [erasure]);
  const { events } = await ask('GET', '/audit?action=person.erased');
  t.is(events[0].after.erasure, erasure.id);
});

test('a name that others have, too, is erased beside the address and nowhere else, unless it is given', async (t) => {
  const { ask } = await setup();
  const [his, hers, bare] = [
    receipt({ user_name: 'Sam Smith', user_email: 'sam@a.example' }),
    receipt({ user_name: 'Sam Smith', user_email: 'sam@b.example', prompt_summary: 'of another Sam Smith' }),
    receipt({ user_name: 'Sam Smith', user_email: null }),
  ];
  await ask('POST', '/receipts', { repo: REPO, receipts: [his, hers, bare] });
  const body = { emails: ['SAM@a.example'] };
  const { shared_names } = await ask('POST', '/data-subjects/erase', { ...body, dry_run: true });
  t.deepEqual(shared_names, [{ name: 'Sam Smith', others: ['sam@b.example'] }]);
  await ask('POST', '/data-subjects/erase', body);
  t.regex((await ask('GET', `/receipts/${his.id}`)).user_name, /^Erased person [0-9a-f]{8}$/);
  t.like(await ask('GET', `/receipts/${hers.id}`), { user_name: 'Sam Smith', prompt_summary: 'of another Sam Smith' });
  t.is((await ask('GET', `/receipts/${bare.id}`)).user_name, 'Sam Smith');
  await ask('POST', '/data-subjects/erase', { ...body, names: ['sam smith'] });
  t.regex((await ask('GET', `/receipts/${bare.id}`)).user_name, /^Erased person/);
  t.regex((await ask('GET', `/receipts/${hers.id}`)).prompt_summary, /^of another Erased person/);
});

test('under a legal hold nobody is erased', async (t) => {
  const { org, ask } = await setup();
  await fill(ask);
  await ask('PATCH', '/settings', { legal_hold: { reason: 'case 1' } });
  const before = await dumpOrg(server.adminUrl, org.id);
  const path = '/api/v1/data-subjects/erase';
  const { status, body } = await server.request(path, { key: org.key, body: { emails: [EMAIL] } });
  t.deepEqual([status, body.code], [409, 'legal_hold']);
  t.is(await dumpOrg(server.adminUrl, org.id), before);
});

test('an export holds all rows that name the person and no secrets, page by page', async (t) => {
  const { ask } = await setup();
  await fill(ask);
  const many = Array.from({ length: 1100 }, () => receipt({ user_email: EMAIL, attributions: [] }));
  await ask('POST', '/receipts', { repo: REPO, receipts: many });
  const { tables } = await ask('POST', '/data-subjects/erase', { emails: [EMAIL, OLD_EMAIL], dry_run: true });
  const seen: Record<string, number> = {};
  let text = '';
  let cursor: string | null = null;
  do {
    const page: Page = await ask('POST', '/data-subjects/export', {
      emails: [EMAIL, OLD_EMAIL],
      ...(cursor && { cursor }),
    });
    if (page.rows.length > 0) seen[page.table] = (seen[page.table] ?? 0) + page.rows.length;
    text += JSON.stringify(page.rows);
    cursor = page.next_cursor;
  } while (cursor !== null);
  const { audit_details, ...rest } = seen;
  t.deepEqual(rest, Object.fromEntries(Object.entries(tables).filter(([name]) => name !== 'audit_details')));
  t.true(audit_details! > tables.audit_details, 'reading is told as well');
  t.notRegex(text, /verifier|"selector"|"salt"/);
  t.true((await ask('GET', '/audit?action=person.exported')).events.length > 10);
});

test('batches that come while somebody is erased leave no name behind', async (t) => {
  const { org, ask } = await setup();
  const send = (n: number) => {
    const sent = batch();
    for (const item of sent.receipts) item.id = item.id.replace('-4000-', `-4${String(n).padStart(3, '0')}-`);
    return ask('POST', '/receipts', sent);
  };
  await send(0);
  await Promise.all([
    ...[1, 2, 3, 4].map(send),
    ask('POST', '/data-subjects/erase', { emails: [EMAIL, OLD_EMAIL], names: [NAME] }),
    ...[5, 6, 7, 8].map(send),
  ]);
  t.deepEqual(traces(await dumpOrg(server.adminUrl, org.id)), []);
  t.is((await ask('GET', '/analytics')).total_receipts, 9 * 4);
});

test('what an erasure does not reach is said', async (t) => {
  const { ask } = await setup();
  const repo = { name: `git.example.com/~${OLD_EMAIL}/cobol` };
  const sent = receipt();
  await ask('POST', '/receipts', { repo, receipts: [sent] });
  await ask('POST', '/receipts', { repo, receipts: [{ ...sent, cost_usd: 3 }] });
  const { left } = await ask('POST', '/data-subjects/erase', { emails: [OLD_EMAIL], dry_run: true });
  t.deepEqual(
    left.map(({ column, rows }: { column: string; rows: number }) => [column, rows]),
    [
      ['repos.name', 1],
      ['audit_events.event', 1],
    ],
  );
});

test('a cursor that nobody was given is a fault of the request', async (t) => {
  const { org } = await setup();
  const cursors = [
    'x',
    ['receipts'],
    ['receipts', {}],
    ['receipts', { id: "'" }],
    ['orgs', null],
    ['policy_versions', { policy_id: ids[0], version: 1e20 }],
  ];
  for (const cursor of cursors) {
    const text = Buffer.from(JSON.stringify(cursor)).toString('base64url');
    const body = { emails: [EMAIL], cursor: text };
    const reply = await server.request('/api/v1/data-subjects/export', { key: org.key, body });
    t.is(reply.status, 422, JSON.stringify(cursor));
    t.is(reply.body.errors[0].pointer, '/cursor');
  }
});
