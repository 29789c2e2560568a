import test from 'ava';
import { ALWAYS_IGNORED, createIgnore, isIgnored, readIgnore } from './ignore.js';
import { newRepository } from './real-git.test.support.js';
import { openRepository } from './repository.js';

test('what tools write is ignored everywhere', (t) => {
  for (const path of [
    ...['Cargo.lock', 'web/yarn.lock', 'package-lock.json', 'a/npm-shrinkwrap.json', 'pnpm-lock.yaml', 'go.sum'],
    ...['api.generated.ts', 'x.min.js', 'x.min.css', 'main.js.map', 'a.snap', 'a.pb.go', 'a_pb2.py', 'a_pb2_grpc.py'],
    ...['a.pb.cc', 'a.pb.h', 'vendor/a.c', 'x/node_modules/y/z.js', 'src/__snapshots__/a'],
  ]) {
    t.true(isIgnored(path), path);
  }
  for (const path of ['lock', 'package.json', 'min.js', 'vendors/a', 'go.summary', 'src/vendor', 'pb2.py', 'a.proto']) {
    t.false(isIgnored(path), path);
  }
  t.is(ALWAYS_IGNORED.length, 19);
});

test('.gitattributes marks files as generated, vendored or binary, and the last line that says so wins', (t) => {
  const ignore = createIgnore(`
# comment linguist-generated
gen/* linguist-generated
gen/keep.ts -linguist-generated
gen/keep2.ts linguist-generated=false
third-party/** linguist-vendored=true
"with space/*" linguist-generated
*.dat binary
*.svg -diff
art.svg diff
*.txt text eol=lf
folder/ linguist-generated
!not linguist-generated
[attr]mine linguist-generated
both.ts linguist-generated\tlinguist-vendored
both.ts !linguist-generated\r
`);
  const ignored = ['gen/a.ts', 'third-party/x/y.c', 'with space/a', 'a.dat', 'x/b.svg', 'both.ts', 'a.lock'];
  const kept = [
    'gen/keep.ts',
    'gen/keep2.ts',
    'gen/x/a.ts',
    'art.svg',
    'a.txt',
    'folder/a',
    '!not',
    'not',
    'comment',
    'gen',
  ];
  for (const path of ignored) t.true(ignore(path), path);
  for (const path of kept) t.false(ignore(path), path);
});

test('configured patterns are added', (t) => {
  const ignore = createIgnore('', ['docs/', '*.csv', '/data/**']);
  for (const path of ['docs/a.md', 'x/docs/b', 'a.csv', 'data/x/y', 'a.lock']) t.true(ignore(path), path);
  for (const path of ['docs', 'a.csvx', 'x/data/y']) t.false(ignore(path), path);
});

test("the attributes are the given commit's, not those that are checked out", async (t) => {
  const real = await newRepository(t);
  const without = await real.commit({ a: '1\n' });
  const tip = await real.commit({
    '.gitattributes': 'a linguist-generated\n',
    'sub/.gitattributes': 'b linguist-generated\n',
  });
  await real.write('.gitattributes', 'c linguist-generated\n');
  const repo = await openRepository(real.dir);
  const ignore = await readIgnore(repo, tip, ['d']);
  t.deepEqual(['a', 'sub/a', 'sub/b', 'c', 'd'].filter(ignore), ['a', 'sub/a', 'd']);
  t.false((await readIgnore(repo, without))('a'));
});
