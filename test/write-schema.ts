/** Writes migrations/schema.sql from a freshly migrated database. Run through `npm run schema`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from '../server/embedded/cluster.js';
import { migrate } from '../server/migrate.js';
import { dumpSchema } from './schema-dump.js';

const dataDir = await mkdtemp(join(tmpdir(), 'bp-schema-'));
const cluster = await openCluster({ dataDir, log: () => {}, settings: { fsync: 'off' } });
try {
  await migrate(cluster.url);
  await writeFile(new URL('../../migrations/schema.sql', import.meta.url), await dumpSchema(cluster.url));
} finally {
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
}
