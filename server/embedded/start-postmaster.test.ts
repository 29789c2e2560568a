import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findBinaries } from './binaries.js';
import { openCluster } from './cluster.js';
import { stopPostmaster } from './postmaster.js';
import { readPassword } from './secrets.js';
import { startPostmaster } from './start-postmaster.js';
import { findSystemUser } from './system-user.js';

test('a port that somebody takes first is given up for another', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
  t.teardown(() => rm(dataDir, { recursive: true }));
  const pgDir = join(dataDir, 'postgres');
  const first = await openCluster({ dataDir, log: (line) => t.log(line), settings: { fsync: 'off' } });
  await first.stop();

  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const ports = [(taken.address() as AddressInfo).port, first.port];
  const user = await findSystemUser(dataDir, t.log);
  const postmaster = await startPostmaster({
    pgDir,
    password: await readPassword(dataDir, true, user),
    binaries: await findBinaries({ binDir: undefined, dataDir, user, log: t.log }),
    user,
    settings: {},
    pickPort: async () => ports.shift()!,
  });
  t.is(postmaster.port, first.port);
  await stopPostmaster(pgDir, postmaster.pid);
});
