import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import postgres from 'postgres';
import { CLI, run, SERVER, temporaryFolder } from '../../test/cli.js';
import { createTestDatabase, databaseEnv } from '../../test/database.js';
import { makeExamples } from '../../test/examples.js';
import { everything } from '../../test/rows.js';
import { startTestServer } from '../../test/server.js';
import { migrate } from '../migrate.js';
import { readRecords } from './records.js';
import { restoreBackup } from './restore-backup.js';
import { writeBackup } from './write-backup.js';

/** A database with two orgs that have one thing of each kind, and a backup of it. */
async function saved(t: ExecutionContext) {
  const server = await startTestServer();
  t.teardown(server.stop);
  const orgs = [await server.createOrg(), await server.createOrg()];
  for (const org of orgs) await makeExamples(server, org);
  const file = join(await temporaryFolder(t), 'backup');
  const { code, stderr } = await run(SERVER, ['backup', '-o', file], { env: databaseEnv(server) });
  t.is(code, 0, stderr);
  return { server, orgs, file };
}

async function emptyDatabase(t: ExecutionContext) {
  const database = await createTestDatabase({ empty: true });
  t.teardown(database.drop);
  const restore = (file: string, ...flags: string[]) =>
    run(SERVER, ['restore', file, '--json', ...flags], { env: databaseEnv(database) });
  return { ...database, restore };
}

async function count(url: string, table: string): Promise<number> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql`select count(*)::int as count from ${sql(table)}`.catch(() => [{ count: 0 }]);
  await sql.end();
  return row!.count;
}

test('a backup holds every row of every org: analytics answers the same, and the audit log verifies', async (t) => {
  const { server, orgs, file } = await saved(t);
  const target = await emptyDatabase(t);
  const { code, json, stderr } = await target.restore(file);
  t.is(code, 0, stderr);
  t.is(json.file, file);
  const restored = await startTestServer({ database: target });
  t.teardown(restored.stop);
  for (const { id, key } of orgs) {
    const rows = await everything(server.adminUrl, id);
    t.true(Object.entries(rows).filter(([, list]) => list.length > 0).length > 15, 'the examples fill the tables');
    t.deepEqual(await everything(target.adminUrl, id), rows);
    const ask = async (origin: typeof server) => (await origin.request('/api/v1/analytics', { key })).body;
    t.deepEqual(await ask(restored), await ask(server));
    const env = { BLAMEPROMPT_API_URL: restored.origin, BLAMEPROMPT_API_KEY: key, HOME: await temporaryFolder(t) };
    const exported = join(env.HOME, 'audit.jsonl');
    const written = await run(CLI, ['enterprise', 'audit', 'export', '-o', exported], { env, cwd: env.HOME });
    t.is(written.code, 0, written.stderr);
    const verified = await run(CLI, ['enterprise', 'audit', 'verify', exported], { env, cwd: env.HOME });
    t.is(verified.code, 0, verified.stdout + verified.stderr);
  }
});

test('what is cut off or altered anywhere is refused before anything is written', async (t) => {
  const { file } = await saved(t);
  const target = await emptyDatabase(t);
  const whole = await readFile(file);
  const plain = gunzipSync(whole);
  const altered = (at: number) => {
    const copy = Buffer.from(plain);
    copy[at]! ^= 0x20;
    return gzipSync(copy);
  };
  const bad = `${file}.bad`;
  for (const bytes of [
    whole.subarray(0, whole.length - 1),
    whole.subarray(0, whole.length >> 1),
    gzipSync(plain.subarray(0, plain.length - 80)),
    gzipSync(Buffer.concat([plain, Buffer.from('x')])),
    altered(plain.length >> 1),
    Buffer.from('no backup'),
    Buffer.alloc(0),
  ]) {
    await writeFile(bad, bytes);
    await t.throwsAsync(restoreBackup(target.adminUrl, bad), { code: 'backup_damaged' } as never);
  }
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: plain.length - 1 }), async (at) => {
      await writeFile(bad, altered(at));
      await t.throwsAsync(async () => {
        for await (const _ of readRecords(bad));
      });
    }),
    { numRuns: 100 },
  );
  t.is(await count(target.adminUrl, 'schema_migrations'), 0);
  t.is((await target.restore(join(file, 'nowhere'))).json.error.code, 'backup_damaged');
});

test('a database that holds orgs is not overwritten unless that is asked for, and a newer backup is refused', async (t) => {
  const { server, orgs, file } = await saved(t);
  const other = await startTestServer();
  t.teardown(other.stop);
  const theirs = await other.createOrg();
  const restore = (...flags: string[]) =>
    run(SERVER, ['restore', file, '--json', ...flags], { env: databaseEnv(other) });
  t.is((await restore()).json.error.code, 'not_empty');
  t.is((await other.request('/api/v1/whoami', { key: theirs.key })).status, 200);
  t.is((await restore('--force')).code, 0);
  t.is((await other.request('/api/v1/whoami', { key: theirs.key })).status, 401);
  t.deepEqual(await everything(other.adminUrl, orgs[0]!.id), await everything(server.adminUrl, orgs[0]!.id));

  const sql = postgres(server.adminUrl, { max: 1 });
  await sql`insert into schema_migrations (version, name, checksum) values (9999, '9999_future.sql', 'x')`;
  await sql.end();
  await writeBackup(server.adminUrl, file, '99.0.0');
  const { json } = await restore('--force');
  t.is(json.error.code, 'backup_newer');
  t.regex(json.error.message, /99\.0\.0.*9999_future/);
});

test('a backup of an older version is read into the schema of its time and migrated then; no row is too long', async (t) => {
  const old = await createTestDatabase({ empty: true });
  t.teardown(old.drop);
  await migrate(old.adminUrl, undefined, 1);
  const long = 'é\t\\.\n'.repeat(300_000);
  const sql = postgres(old.adminUrl, { max: 1 });
  await sql`insert into orgs (org_id, slug, name) values (${'00000000-0000-4000-8000-000000000001'}, 'old', ${long})`;
  await sql`insert into orgs (org_id, slug, name) select gen_random_uuid(), 'z' || n, ${'x'.repeat(1000)} from generate_series(1, 900) n`;
  await sql.end();
  const file = join(await temporaryFolder(t), 'backup');
  await writeBackup(old.adminUrl, file, '0.0.1');
  const target = await emptyDatabase(t);
  t.is((await target.restore(file)).code, 0);
  const { json } = await run(SERVER, ['org', 'list', '--json'], { env: databaseEnv(target) });
  t.is(json.orgs[0].slug, 'old');
  t.true(json.orgs[0].name === long);
  t.is(json.orgs.length, 901);
});

test('a user who does not see all rows makes no backup rather than a part of one', async (t) => {
  const { url, drop } = await createTestDatabase();
  t.teardown(drop);
  const file = join(await temporaryFolder(t), 'backup');
  await t.throwsAsync(writeBackup(url, file, '0'), { code: 'not_all_rows' } as never);
  await t.throwsAsync(readFile(file), { code: 'ENOENT' } as never);
});

test('numbers that the database gives go on after those of the rows that were restored', async (t) => {
  const { server, orgs, file } = await saved(t);
  const source = postgres(server.adminUrl, { max: 1 });
  t.teardown(() => source.end());
  const waiting = {
    org_id: orgs[0]!.id,
    at: '2026-02-14T10:00:00Z',
    repo: ['r'],
    person: ['p'],
    team: ['t'],
    kind: ['k'],
  };
  for (let n = 0; n < 3; n++) await source`insert into rollup_deltas ${source(waiting)}`;
  t.is((await run(SERVER, ['backup', '-o', `${file}-2`], { env: databaseEnv(server) })).code, 0);
  const target = await emptyDatabase(t);
  t.is((await target.restore(`${file}-2`)).code, 0);
  const restored = postgres(target.adminUrl, { max: 1 });
  t.teardown(() => restored.end());
  const [{ highest } = { highest: 0 }] = await restored<
    { highest: number }[]
  >`select max(id)::int as highest from rollup_deltas`;
  const [row] = await restored<{ id: number }[]>`insert into rollup_deltas ${restored(waiting)} returning id::int`;
  t.is(row!.id, highest + 1);
});
