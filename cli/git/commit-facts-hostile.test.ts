import { appendFile, chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { all, commitFacts, newRepository, RealGit, tempFolder } from './real-git.test.support.js';
import { openRepository } from './repository.js';

async function facts(real: RealGit, tip: string) {
  return all(commitFacts(await openRepository(real.dir), { tip }));
}

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

test('sha256 repositories, bare clones and linked worktrees give the same facts', async (t) => {
  const real = await newRepository(t, '--object-format=sha256');
  await real.commit({ a: lines('1', '2') });
  const tip = await real.commit({ a: lines('1', 'two'), '.gitattributes': '* -diff\n' });
  const bare = new RealGit(await tempFolder(t));
  await bare.git('clone', '--quiet', '--bare', real.dir, '.');
  await real.git('reset', '--quiet', '--hard');
  const worktree = join(await tempFolder(t), 'other');
  await real.git('worktree', 'add', '--quiet', '-b', 'other', worktree, 'main');
  const expected = await facts(bare, tip);
  t.is(expected.length, 2);
  t.like(expected[0], { added: 2, deleted: 1 });
  t.deepEqual(await facts(real, tip), expected);
  t.deepEqual(await facts(new RealGit(worktree), tip), expected);
});

test.serial("no setting of the user's or the repository's changes the facts or runs a program", async (t) => {
  const real = await newRepository(t);
  const text = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  await real.commit({ 'a b.txt': lines(...text), 'ü.txt': 'x\n', 'old.txt': lines(...text) });
  const tip = await real.commit({
    'a b.txt': lines('first', ...text, 'last'),
    'ü.txt': 'y\n',
    'old.txt': null,
    'new.txt': lines(...text, 'more'),
    '.gitattributes': '* diff=evil filter=evil\n*.txt textconv\n',
  });
  await real.git('reset', '--quiet', '--hard');
  const expected = await facts(real, tip);
  t.like(expected[0], { added: 6, deleted: 1 });

  const witness = join(await tempFolder(t), 'ran');
  const program = join(await tempFolder(t), 'program');
  await writeFile(program, `#!/bin/sh\necho ran >> '${witness}'\ncat "$1" 2>/dev/null\n`);
  await chmod(program, 0o755);
  const settings = [
    ...['core.fsmonitor', 'core.sshCommand', 'core.pager', 'core.editor', 'core.askPass', 'core.alternateRefsCommand'],
    ...['diff.external', 'diff.evil.command', 'diff.evil.textconv', 'filter.evil.clean', 'filter.evil.smudge'],
    ...['gpg.program', 'pager.log', 'pager.diff-tree', 'interactive.diffFilter', 'credential.helper'],
  ];
  const config = [
    ...settings.map((name) => `${name}=${program}`),
    ...['color.ui=always', 'color.diff=always', 'core.quotePath=true', 'log.showSignature=true', 'log.showRoot=false'],
    ...['diff.noprefix=true', 'diff.mnemonicPrefix=true', 'diff.renames=false', 'diff.renameLimit=1', 'diff.context=7'],
    ...['diff.interHunkContext=50', 'diff.algorithm=patience', 'diff.submodule=log', 'diff.relative=true'],
    ...[
      'diff.suppressBlankEmpty=true',
      'diff.wsErrorHighlight=all',
      'diff.colorMoved=zebra',
      'diff.indentHeuristic=false',
    ],
    ...[
      'core.bigFileThreshold=1',
      'diff.ignoreSubmodules=all',
      'i18n.logOutputEncoding=UTF-16',
      'format.pretty=oneline',
    ],
    ...[
      'log.date=human',
      'log.mailmap=true',
      'diff.srcPrefix=s/',
      'diff.dstPrefix=d/',
      'core.abbrev=4',
      'diff.evil.binary=true',
    ],
  ];
  const file = join(await tempFolder(t), 'config');
  for (const setting of config) {
    const at = setting.indexOf('=');
    await real.git('config', '--file', file, setting.slice(0, at), setting.slice(at + 1));
  }
  await writeFile(`${file}-attributes`, '* diff=evil\n');
  await real.git('config', '--file', file, 'core.attributesFile', `${file}-attributes`);
  const hooks = join(real.dir, '.git/hooks');
  for (const hook of ['post-index-change', 'reference-transaction'])
    await writeFile(join(hooks, hook), `#!/bin/sh\n${program}\n`, { mode: 0o755 });

  process.env.GIT_CONFIG_GLOBAL = file;
  process.env.GIT_EXTERNAL_DIFF = program;
  try {
    t.deepEqual(await facts(real, tip), expected, "the user's configuration");
    delete process.env.GIT_CONFIG_GLOBAL;
    await appendFile(join(real.dir, '.git/config'), `[include]\n\tpath = ${file}\n`);
    t.deepEqual(await facts(real, tip), expected, "the repository's configuration");
  } finally {
    delete process.env.GIT_CONFIG_GLOBAL;
    delete process.env.GIT_EXTERNAL_DIFF;
  }
  await t.throwsAsync(stat(witness), { code: 'ENOENT' }, 'a program was run');
});

test('a remote that runs a program is never asked', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ 'dir/a': '1\n' });
  // A folder's tree: what we look for beforehand are root trees and contents.
  await real.forget(await real.git('rev-parse', `${tip}:dir`));
  const witness = join(await tempFolder(t), 'ran');
  await real.git('config', 'remote.origin.url', `ext::touch ${witness}`);
  await real.git('config', 'remote.origin.promisor', 'true');
  await real.git('config', 'remote.origin.uploadpack', `touch ${witness};`);
  await real.git('config', 'protocol.ext.allow', 'always');
  await real.git('config', 'core.repositoryFormatVersion', '1');
  await real.git('config', 'extensions.partialClone', 'origin');
  const [fact] = await facts(real, tip);
  t.true(fact && 'reason' in fact);
  await t.throwsAsync(stat(witness), { code: 'ENOENT' });
});
