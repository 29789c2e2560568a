import { chmod, chown, mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { GitError } from './errors.js';
import { readGit } from './process.js';
import { newRepository, partialClone, RealGit, tempFolder } from './real-git.test.support.js';
import { openRepository } from './repository.js';

test('a repository is found from any folder of its work tree', async (t) => {
  const real = await newRepository(t);
  await mkdir(join(real.dir, 'a/b'), { recursive: true });
  const repo = await openRepository(join(real.dir, 'a/b'));
  const root = await realpath(real.dir);
  t.is(repo.root, root);
  t.is(repo.gitDir, join(root, '.git'));
  t.is(repo.commonDir, join(root, '.git'));
  t.false(repo.isBare);
  t.false(repo.isShallow);
  t.false(repo.isPartial);
  t.is(repo.objectFormat, 'sha1');
  t.is((await openRepository(join(real.dir, '.git'))).root, root);
});

test('a bare repository has no work tree', async (t) => {
  const real = await newRepository(t, '--bare');
  const repo = await openRepository(real.dir);
  t.is(repo.root, undefined);
  t.true(repo.isBare);
  t.is(repo.gitDir, await realpath(real.dir));
});

test('a linked worktree has a git directory of its own and shares the rest, its name too', async (t) => {
  const real = await newRepository(t);
  await real.commit({ 'a.txt': 'a\n' });
  const other = join(await tempFolder(t), 'other');
  await real.git('worktree', 'add', '--quiet', '-b', 'topic', other, 'main');
  const repo = await openRepository(other);
  t.is(repo.root, await realpath(other));
  t.is(repo.commonDir, join(await realpath(real.dir), '.git'));
  t.not(repo.gitDir, repo.commonDir);
  t.is(repo.name, (await openRepository(real.dir)).name);
});

test('a submodule is a repository of its own', async (t) => {
  const inner = await newRepository(t);
  await inner.commit({ 'a.txt': 'a\n' });
  const outer = await newRepository(t);
  await outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.dir, 'libs/inner');
  const repo = await openRepository(join(outer.dir, 'libs/inner'));
  t.is(repo.root, join(await realpath(outer.dir), 'libs/inner'));
  t.is(repo.commonDir, join(await realpath(outer.dir), '.git/modules/libs/inner'));
});

test('sha256 repositories are recognised', async (t) => {
  const real = await newRepository(t, '--object-format=sha256');
  t.is((await openRepository(real.dir)).objectFormat, 'sha256');
});

test('shallow and partial clones are recognised', async (t) => {
  const real = await newRepository(t);
  await real.commit({ 'a.txt': 'a\n' });
  await real.commit({ 'a.txt': 'b\n' });
  const shallow = new RealGit(await tempFolder(t));
  await shallow.git('clone', '--quiet', '--depth=1', `file://${real.dir}`, '.');
  t.true((await openRepository(shallow.dir)).isShallow);
  const partial = await openRepository((await partialClone(t, real)).dir);
  t.true(partial.isPartial);
  t.false(partial.isShallow);
});

test('the name comes from origin, else from the only remote, else from the directory', async (t) => {
  const real = new RealGit(join(await tempFolder(t), 'storefront'));
  await mkdir(real.dir);
  await real.git('init', '--quiet');
  t.is((await openRepository(real.dir)).name, 'storefront');
  await real.git('remote', 'add', 'company.net', 'git@git.Example.com:acme/storefront.git');
  t.like(await openRepository(real.dir), { remote: 'company.net', name: 'git.example.com/acme/storefront' });
  await real.git('remote', 'add', 'fork', 'https://token:secret@git.example.com/ada/storefront');
  t.like(await openRepository(real.dir), { remote: undefined, name: 'storefront' });
  await real.git('remote', 'add', 'origin', 'https://token:secret@git.example.com/acme/shop.git');
  t.like(await openRepository(real.dir), { remote: 'origin', name: 'git.example.com/acme/shop' });
});

test('a place that is no repository is an error that says what to do', async (t) => {
  const dir = await tempFolder(t);
  await writeFile(join(dir, 'file'), '');
  for (const path of [dir, join(dir, 'file'), join(dir, 'missing')]) {
    const error = await t.throwsAsync(openRepository(path), { instanceOf: GitError });
    t.is(error.code, 'not-a-repository');
    t.true(error.message.includes(path));
    t.not(error.next, '');
  }
});

test('a repository of another user is refused with the way to trust it', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root can give files away');
  const real = await newRepository(t);
  await chown(real.dir, 12_345, 12_345);
  await chown(join(real.dir, '.git'), 12_345, 12_345);
  const error = await t.throwsAsync(openRepository(real.dir), { instanceOf: GitError });
  t.is(error.code, 'unsafe-repository');
  t.regex(error.next, /safe\.directory/);
});

test.serial('safe.directory from the environment is honoured', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root can give files away');
  const real = await newRepository(t);
  await chown(real.dir, 12_345, 12_345);
  await chown(join(real.dir, '.git'), 12_345, 12_345);
  await withEnvironment(
    {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'core.editor',
      GIT_CONFIG_VALUE_0: 'vi',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '*',
    },
    async () => t.is((await openRepository(real.dir)).root, await realpath(real.dir)),
  );
});

test.serial('a missing git is an error of its own', async (t) => {
  const real = await newRepository(t);
  await withEnvironment({ PATH: join(real.dir, 'nowhere') }, async () => {
    const error = await t.throwsAsync(openRepository(real.dir), { instanceOf: GitError });
    t.is(error.code, 'git-missing');
  });
});

test.serial('an older git is told so', async (t) => {
  const real = await newRepository(t);
  const bin = await tempFolder(t);
  await writeFile(join(bin, 'git'), '#!/bin/sh\necho "--path-format=absolute"\n');
  await chmod(join(bin, 'git'), 0o755);
  await withEnvironment({ PATH: bin }, async () => {
    const error = await t.throwsAsync(openRepository(real.dir), { instanceOf: GitError });
    t.is(error.code, 'git-too-old');
  });
});

test.serial('the path decides, whatever GIT_DIR says; in a hook GIT_DIR decides', async (t) => {
  const mine = await newRepository(t);
  const other = await newRepository(t);
  const environment = { GIT_DIR: join(other.dir, '.git'), GIT_WORK_TREE: other.dir, GIT_INDEX_FILE: '/nowhere/index' };
  await withEnvironment(environment, async () => {
    t.is((await openRepository(mine.dir)).root, await realpath(mine.dir));
    const repo = await openRepository(mine.dir, { inHook: true });
    t.is(repo.gitDir, join(other.dir, '.git'));
    t.is(repo.root, await realpath(other.dir));
  });
});

test.serial('variables that name editors, pagers and proxies for git do not stop us', async (t) => {
  const real = await newRepository(t);
  const environment = {
    EDITOR: 'vi',
    PAGER: 'less',
    GIT_PAGER: 'less',
    GIT_EXTERNAL_DIFF: '/bin/false',
    GIT_SSH_COMMAND: 'false',
  };
  await withEnvironment(environment, async () => t.is((await openRepository(real.dir)).isBare, false));
});

test('a pre-receive hook sees the pushed commits in their quarantine', async (t) => {
  const server = await newRepository(t, '--bare');
  const client = await newRepository(t);
  const tip = await client.commit({ 'a.txt': 'a\n' });
  const script = join(server.dir, 'read.mjs');
  const here = new URL('.', import.meta.url).href;
  await writeFile(
    script,
    `import { openRepository } from '${here}repository.js';
     import { readGit } from '${here}process.js';
     const repo = await openRepository('.', { inHook: true });
     for await (const chunk of readGit(repo, ['cat-file', 'commit', '${tip}'])) process.stderr.write(chunk);`,
  );
  await writeFile(
    join(server.dir, 'hooks/pre-receive'),
    `#!/bin/sh\ncat >/dev/null\nexec '${process.execPath}' '${script}'\n`,
  );
  await chmod(join(server.dir, 'hooks/pre-receive'), 0o755);
  await client.git('push', '--quiet', server.dir, 'main');
  t.is(await server.git('rev-parse', 'main'), tip);
});

test('a git command that fails is an error with its last words', async (t) => {
  const repo = await openRepository((await newRepository(t)).dir);
  const reading = async () => {
    for await (const _ of readGit(repo, ['rev-list', 'no-such-ref'])) t.fail('there is nothing to read');
  };
  const error = await t.throwsAsync(reading(), { instanceOf: GitError });
  t.is(error.code, 'git-failed');
  t.regex(error.message, /rev-list.*no-such-ref/s);
});

async function withEnvironment(changes: Record<string, string>, body: () => Promise<unknown>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  try {
    await body();
  } finally {
    for (const name of Object.keys(changes)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}
