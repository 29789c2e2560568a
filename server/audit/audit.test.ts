import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import test from 'ava';
import postgres from 'postgres';
import { openCheckpoint } from '../../shared/audit/checkpoint.js';
import { leafHash, verifyConsistency } from '../../shared/audit/merkle.js';
import { type LogEntry, verifyLog } from '../../shared/audit/verify.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { insertOrg } from '../orgs/queries.js';
import { listKeys } from './keys.js';
import { findCheckpoint, listEntries } from './queries.js';
import { type Actor, recordEvents } from './record.js';
import { findWaitingOrgs, sequenceOrg } from './sequence.js';

const key = generateKeyPairSync('ed25519');
const signer = { publicKey: key.publicKey, sign: (text: string) => sign(null, Buffer.from(text), key.privateKey) };
const actor: Actor = { type: 'key', id: 'key-1', name: 'Ada', request_id: 'r-1', ip: '192.0.2.1' };

async function newOrg({ db }: TestDatabase): Promise<string> {
  const id = randomUUID();
  await db.withSystem((sql) => insertOrg(sql, { id, slug: `org-${id.slice(0, 8)}`, name: 'x' }));
  return id;
}

const record = ({ db }: TestDatabase, orgId: string, count: number, prefix = 'team') =>
  db.withTenant(orgId, (sql) =>
    recordEvents(
      sql,
      orgId,
      actor,
      Array.from({ length: count }, (_, n) => ({
        action: 'team.created',
        target: { type: 'team', id: `${prefix}-${n}` },
        after: { name: `Team ${n}` },
      })),
    ),
  );

const entriesOf = ({ db }: TestDatabase, orgId: string) =>
  db.withTenant(orgId, (sql) => listEntries(sql, orgId, 0, 100_000));

const checkpointOf = async ({ db }: TestDatabase, orgId: string) =>
  (await db.withTenant(orgId, (sql) => findCheckpoint(sql, orgId)))!.checkpoint;

async function* each(entries: LogEntry[]) {
  yield* entries;
}

const verify = (entries: LogEntry[], ...checkpoints: string[]) =>
  verifyLog(
    each(entries),
    checkpoints.map((text, n) => ({ name: `checkpoint ${n}`, text })),
    [key.publicKey],
  );

let database: TestDatabase;
test.before(async () => {
  database = await createTestDatabase({ poolSize: 20 });
});
test.after.always(() => database.drop());

test('events get numbers without a gap, and the signed tree is that of their bytes', async (t) => {
  const org = await newOrg(database);
  for (const count of [1, 2, 5, 1, 30]) {
    await record(database, org, count);
    t.true((await findWaitingOrgs(database.db)).includes(org));
    t.is(await sequenceOrg(database.db, org, signer), count);
  }
  t.is(await sequenceOrg(database.db, org, signer), 0);
  t.false((await findWaitingOrgs(database.db)).includes(org));
  const entries = await entriesOf(database, org);
  t.deepEqual(
    entries.map(({ seq }) => seq),
    Array.from({ length: 39 }, (_, n) => n),
  );
  t.deepEqual(await verify(entries, await checkpointOf(database, org)), { size: 39, faults: [], erased: 0 });
  const { detail_hash, recorded_at, id, ...event } = JSON.parse(entries[0]!.event);
  t.deepEqual(event, {
    v: 1,
    org,
    action: 'team.created',
    actor: { type: 'key', id: 'key-1' },
    request_id: 'r-1',
    target: { type: 'team', id: 'team-0' },
  });
  t.notRegex(entries[0]!.event, /Ada|192\.0\.2\.1/);
});

test('10,000 events of 40 writers and three sequencers at once: no gap, no fork', async (t) => {
  const org = await newOrg(database);
  let writing = true;
  const sequencers = [1, 2, 3].map(async () => {
    while (writing) await sequenceOrg(database.db, org, signer);
  });
  await Promise.all(
    Array.from({ length: 40 }, async (_, writer) => {
      for (let n = 0; n < 50; n++) await record(database, org, 5, `${writer}-${n}`);
    }),
  );
  writing = false;
  await Promise.all(sequencers);
  await sequenceOrg(database.db, org, signer);
  const entries = await entriesOf(database, org);
  t.is(entries.length, 10_000);
  t.is(new Set(entries.map(({ event }) => JSON.parse(event).target.id)).size, 10_000);
  const checkpoints = await database.db.withTenant(
    org,
    (sql) => sql<{ checkpoint: string }[]>`select checkpoint from audit_checkpoints where org_id = ${org}`,
  );
  t.true(checkpoints.length > 1);
  t.deepEqual((await verify(entries, ...checkpoints.map(({ checkpoint }) => checkpoint))).faults, []);
});

test('a transaction that fails leaves no event', async (t) => {
  const org = await newOrg(database);
  const failing = database.db.withTenant(org, async (sql) => {
    await recordEvents(sql, org, actor, [{ action: 'team.created', target: { type: 'team', id: 'a' } }]);
    throw new Error('no');
  });
  await t.throwsAsync(failing, { message: 'no' });
  t.is(await sequenceOrg(database.db, org, signer), 0);
});

test('whoever changes, removes, reorders or cuts off events is found out', async (t) => {
  const org = await newOrg(database);
  await record(database, org, 5);
  await sequenceOrg(database.db, org, signer);
  const old = await checkpointOf(database, org);
  await record(database, org, 4);
  await sequenceOrg(database.db, org, signer);
  const newest = await checkpointOf(database, org);
  const entries = await entriesOf(database, org);
  t.deepEqual((await verify(entries, newest, old)).faults, []);

  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    for (const position of [0, 10, Math.floor(entry.event.length / 2), entry.event.length - 1]) {
      const flipped = String.fromCharCode(entry.event.charCodeAt(position) ^ 1);
      const event = entry.event.slice(0, position) + flipped + entry.event.slice(position + 1);
      t.not((await verify(entries.with(at, { ...entry, event }), newest)).faults.length, 0);
    }
    const renamed = entries.with(at, { ...entry, detail: entry.detail!.replace('Ada', 'Eve') });
    t.deepEqual((await verify(renamed, newest)).faults, [`event ${at} has another detail than it was recorded with`]);
    t.not((await verify(entries.toSpliced(at, 1), newest)).faults.length, 0);
  }
  const swapped = entries.with(2, { ...entries[3]!, seq: 2 }).with(3, { ...entries[2]!, seq: 3 });
  t.deepEqual((await verify(swapped, newest, old)).faults, [
    'checkpoint 1 was signed over other events: something among the first 5 was changed',
    'checkpoint 0 was signed over other events: something among the first 9 was changed',
  ]);
  t.deepEqual((await verify(entries.slice(0, 5), newest)).faults, [
    'checkpoint 0 covers 9 events, but there are 5: the end is missing',
  ]);
  // An old backup is consistent with itself: only a checkpoint that was kept elsewhere tells.
  t.deepEqual((await verify(entries.slice(0, 5), old)).faults, []);
  t.deepEqual((await verify(entries.slice(0, 5), old, newest)).faults, [
    'checkpoint 1 covers 9 events, but there are 5: the end is missing',
  ]);
  t.deepEqual((await verify(entries, old)).faults, ['no checkpoint covers all 9 events: the last ones are not signed']);
});

test('another signing key is an event of the log, which names both, and what the old one signed still verifies', async (t) => {
  const org = await newOrg(database);
  await record(database, org, 3);
  await sequenceOrg(database.db, org, signer);
  const old = await checkpointOf(database, org);
  const next = generateKeyPairSync('ed25519');
  const successor = {
    publicKey: next.publicKey,
    sign: (text: string) => sign(null, Buffer.from(text), next.privateKey),
  };
  await record(database, org, 2, 'later');
  t.is(await sequenceOrg(database.db, org, successor), 3);
  const newest = await checkpointOf(database, org);
  const entries = await entriesOf(database, org);
  const der = (key: typeof signer) => key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const rotation = entries.find(({ event }) => JSON.parse(event).action === 'audit.key_rotated')!;
  t.like(JSON.parse(rotation.event), {
    actor: { type: 'server' },
    target: { type: 'signing_key', id: der(successor) },
  });
  t.like(JSON.parse(rotation.detail!), { before: { public_key: der(signer) }, after: { public_key: der(successor) } });
  const check = (...keys: (typeof signer)[]) =>
    verifyLog(
      each(entries),
      [newest, old].map((text, n) => ({ name: `checkpoint ${n}`, text })),
      keys.map(({ publicKey }) => publicKey),
    );
  t.deepEqual(await check(signer, successor), { size: 6, faults: [], erased: 0 });
  t.deepEqual((await check(successor)).faults, ['checkpoint 1 is not signed by a key that is trusted here']);
  const keys = await database.db.withTenant(org, (sql) => listKeys(sql, org));
  t.deepEqual(
    keys.map(({ public_key }) => public_key),
    [der(successor), der(signer)],
  );
});

test('an erased detail is counted, and the log still verifies', async (t) => {
  const org = await newOrg(database);
  await record(database, org, 3);
  await sequenceOrg(database.db, org, signer);
  const [first, ...rest] = await entriesOf(database, org);
  const erased = [{ ...first!, salt: null, detail: null }, ...rest];
  t.deepEqual(await verify(erased, await checkpointOf(database, org)), { size: 3, faults: [], erased: 1 });
});

test('the app may add events and nothing else', async (t) => {
  const org = await newOrg(database);
  await record(database, org, 1);
  await sequenceOrg(database.db, org, signer);
  for (const table of ['audit_events', 'audit_log', 'audit_nodes', 'audit_checkpoints']) {
    for (const statement of [`delete from ${table}`, `update ${table} set org_id = org_id`, `truncate ${table}`]) {
      await t.throwsAsync(
        database.db.withTenant(org, (sql) => sql.unsafe(statement)),
        { message: /permission denied/ },
        statement,
      );
    }
  }
});

test('who changes the database itself as its owner is found out by the next export', async (t) => {
  const org = await newOrg(database);
  await record(database, org, 4);
  await sequenceOrg(database.db, org, signer);
  const admin = postgres(database.adminUrl, { max: 1 });
  t.teardown(() => admin.end());
  await admin`update audit_events set event = replace(event, 'team-2', 'team-9') where org_id = ${org} and target = 'team-2'`;
  const { faults } = await verify(await entriesOf(database, org), await checkpointOf(database, org));
  t.deepEqual(faults, ['checkpoint 0 was signed over other events: something among the first 4 was changed']);
  const opened = openCheckpoint(await checkpointOf(database, org), [key.publicKey]);
  t.false('reason' in opened);
  t.false(verifyConsistency({ size: 1, root: leafHash('x') }, opened as never, []));
});
