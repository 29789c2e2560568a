import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { run, SERVER } from '../test/cli.js';
import { commitFact, REPO, receipt } from '../test/fixtures.js';
import { operator } from './audit/record.js';
import { connect } from './db.js';
import { openCluster } from './embedded/cluster.js';
import { ingest } from './receipts/ingest.js';

/** Debian's; where it is not installed there is nothing to try, and the suite runs on PostgreSQL 18 alone. */
const BINARIES = '/usr/lib/postgresql/15/bin';

(existsSync(BINARIES) ? test : test.skip)(
  'the oldest PostgreSQL that we promise migrates, stores and counts',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'bp-pg15-'));
    await chmod(folder, 0o711);
    const cluster = await openCluster({
      dataDir: join(folder, 'data'),
      log: () => {},
      settings: { fsync: 'off' },
      binDir: BINARIES,
    });
    t.teardown(async () => {
      await cluster.stop();
      await rm(folder, { recursive: true });
    });
    const env = { DATABASE_URL: cluster.url };
    const created = await run(SERVER, ['org', 'create', 'acme', '--json'], { env });
    t.is(created.code, 0, created.stderr);
    const db = connect({ url: cluster.url });
    t.teardown(() => db.close());
    const batch = { repo: REPO, receipts: [receipt()], commits: [commitFact()] };
    const caller = { orgId: created.json.org.id, actor: operator() };
    t.like(await ingest(db, caller, batch), { inserted: 1 });
    t.like(await ingest(db, caller, batch), { inserted: 0, duplicates: 1 });
  },
);
