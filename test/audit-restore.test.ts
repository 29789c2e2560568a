import { join } from 'node:path';
import test from 'ava';
import { connect } from '../server/db.js';
import { CLI, run, TestClone, temporaryFolder } from './cli.js';
import { copyDatabase, createTestDatabase } from './database.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

test('a backup that was restored over newer data is found out by a checkpoint that was kept elsewhere', async (t) => {
  const folder = await temporaryFolder(t);
  const original = await createTestDatabase();
  t.teardown(original.drop);
  const first = await startTestServer({ database: original });
  const org = await first.createOrg();
  const add = async (server: TestServer, ...slugs: string[]) => {
    for (const slug of slugs) await server.request('/api/v1/teams', { key: org.key, body: { slug } });
    await server.sequence(org);
  };
  const audit = (server: TestServer, ...args: string[]) => {
    const env = { HOME: folder, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: (org as TestOrg).key };
    return run(CLI, ['enterprise', 'audit', ...args], { cwd: folder, env });
  };
  await add(first, 'one', 'two');
  await first.stop();
  await original.db.close();

  const backup = await copyDatabase(original);
  t.teardown(backup.drop);
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.txt': 'a\n' });
  await clone.git('config', 'user.name', 'Ada');
  await clone.git('config', 'user.email', 'ada@example.com');
  const second = await startTestServer({ database: { ...original, db: connect({ url: original.url, poolSize: 2 }) } });
  await add(second, 'three', 'four', 'five');
  t.is((await audit(second, 'checkpoint', '-o', 'kept.txt')).code, 0);
  t.is((await audit(second, 'checkpoint', '--anchor', '-C', clone.path)).code, 0);
  await second.stop();
  await second.db.close();

  const restored = await startTestServer({ database: backup });
  t.teardown(restored.stop);
  t.is((await audit(restored, 'export', '-o', 'at-once.jsonl')).code, 0);
  t.is((await audit(restored, 'verify', 'at-once.jsonl')).code, 0, 'a backup fits together');
  const missing = await audit(restored, 'verify', 'at-once.jsonl', '--checkpoint', 'kept.txt', '--anchors', clone.path);
  t.is(missing.code, 1);
  t.regex(missing.stderr, /✗ kept\.txt covers 5 events, but there are 2: the end is missing/);
  t.regex(missing.stderr, /✗ the checkpoint at commit [0-9a-f]{12} covers 5 events, but there are 2/);

  await add(restored, 'other', 'teams', 'are', 'made', 'now');
  t.is((await audit(restored, 'export', '-o', join(folder, 'later.jsonl'))).code, 0);
  const changed = await audit(restored, 'verify', 'later.jsonl', '--checkpoint', 'kept.txt');
  t.is(changed.code, 1);
  t.regex(changed.stderr, /✗ kept\.txt was signed over other events: something among the first 5 was changed/);
});
