import test from 'ava';
import { newRepository } from '../git/real-git.test.support.js';
import { openRepository } from '../git/repository.js';
import { findTracesFile, readTracesFile, TRACES_FILE } from './traces.js';

test('a file of more than 16 MiB, and one that is not here, is told and not read', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ [TRACES_FILE]: Buffer.alloc(16 * 1024 * 1024 + 1, '{}\n') });
  const repo = await openRepository(real.dir);
  const blob = (await findTracesFile(repo, tip, undefined))!;
  const told = { ref: TRACES_FILE, commit: TRACES_FILE, count: 1 };
  t.deepEqual(await readTracesFile(repo, blob, tip), {
    traces: [],
    skipped: [{ ...told, reason: 'larger than 16777216 bytes' }],
  });
  t.deepEqual(await readTracesFile(repo, 'f'.repeat(40), tip), {
    traces: [],
    skipped: [{ ...told, reason: 'not in this clone', isPending: true }],
  });
  t.is(await findTracesFile(repo, tip, ['git-ai']), undefined);
});

test('a folder or a submodule of that name is no file', async (t) => {
  const real = await newRepository(t);
  const folder = await real.commit({ [`${TRACES_FILE}/x`]: '{}' }, { branch: 'folder' });
  const module = await real.commit(
    { [TRACES_FILE]: 'e'.repeat(40) },
    { branch: 'module', modes: { [TRACES_FILE]: '160000' } },
  );
  const repo = await openRepository(real.dir);
  t.is(await findTracesFile(repo, folder, undefined), undefined);
  t.is(await findTracesFile(repo, module, undefined), undefined);
});

test('traces of ten thousand revisions are laid to their commits in one walk', async (t) => {
  const real = await newRepository(t);
  const commits: string[] = [];
  for (let n = 0; n < 20; n++) commits.push(await real.commit({ [`${n % 3}.ts`]: `${n}\n` }));
  const trace = (n: number, revision: string) =>
    JSON.stringify({
      id: `trace-${n}`,
      vcs: { type: 'git', revision },
      files: [{ path: `${n % 3}.ts`, conversations: [{ contributor: { type: 'ai' }, ranges: [] }] }],
    });
  const unknown = Array.from({ length: 10_000 }, (_, n) => trace(n, n.toString(16).padStart(40, '0')));
  const known = commits.map((commit, n) => trace(n, commit));
  const tip = await real.commit({ [TRACES_FILE]: [...unknown, ...known].join('\n') });
  const repo = await openRepository(real.dir);
  const { traces } = await readTracesFile(repo, (await findTracesFile(repo, tip, undefined))!, tip);
  const found = new Map(traces.flatMap(({ commit, traces: own }) => own.map(({ revision }) => [revision, commit])));
  for (const [n, commit] of commits.entries()) t.is(found.get(commit), commits[n + 3] ?? null, `${n}`);
  t.is(traces.find(({ commit }) => commit === null)?.traces.length, 10_003);
});
