import test from 'ava';
import { compileGlob } from './glob.js';

const CASES: [pattern: string, yes: string[], no: string[]][] = [
  ['*.lock', ['a.lock', 'x/y/b.lock', '.lock'], ['a.locks', 'a.lock/b', 'lock']],
  ['go.sum', ['go.sum', 'x/go.sum'], ['xgo.sum', 'go.sum/x']],
  ['*.generated.*', ['a.generated.ts', 'x/b.c.generated.d.e'], ['a.generated', 'generated.ts']],
  ['docs/*.md', ['docs/a.md', 'docs/.md'], ['docs/x/a.md', 'x/docs/a.md']],
  ['/a.ts', ['a.ts'], ['x/a.ts']],
  ['src/**/gen/*.ts', ['src/gen/a.ts', 'src/x/y/gen/a.ts'], ['src/gen/x/a.ts', 'gen/a.ts']],
  ['vendor/', ['vendor/a', 'x/vendor/y/z'], ['vendor', 'x/vendors/a', 'myvendor/a']],
  ['/build/', ['build/a', 'build/x/a'], ['x/build/a', 'build']],
  ['a/b/', ['a/b/c', 'a/b/c/d'], ['x/a/b/c', 'a/b']],
  ['dist/**', ['dist/a', 'dist/x/a'], ['dist', 'x/dist/a']],
  ['**/dist', ['dist', 'x/dist', 'x/y/dist'], ['dist/a']],
  ['**', ['a', 'a/b'], []],
  ['a/**/b/**/c', ['a/b/c', 'a/x/b/y/z/c', 'a/b/b/c/b/c'], ['a/c', 'a/b/x']],
  ['?.t[sx]', ['a.ts', 'x/ü.tx'], ['ab.ts', 'a.tz', '.ts']],
  ['[!a-c]*', ['d', 'x/dab', '😀'], ['a', 'bd']],
  ['[]a]', [']', 'a'], ['b']],
  ['[a-]', ['a', '-'], ['b']],
  ['[a', ['[a'], ['a']],
  ['a\\*b', ['a*b'], ['axb']],
  ['a**b', ['ab', 'axyb'], ['a/b']],
  ['*a*b*c*', ['abc', 'xaybzc', 'aabbcc'], ['acb']],
  ['{a,b}.ts', ['{a,b}.ts'], ['a.ts']],
];

test('patterns match as in .gitignore and .gitattributes', (t) => {
  for (const [pattern, yes, no] of CASES) {
    const matches = compileGlob(pattern);
    for (const path of yes) t.true(matches(path), `${pattern} matches ${path}`);
    for (const path of no) t.false(matches(path), `${pattern} does not match ${path}`);
  }
});

test('a hostile pattern takes no time', (t) => {
  const name = 'a'.repeat(2000);
  t.false(compileGlob(`${'*a'.repeat(100)}*b`)(name));
  t.false(compileGlob(`${'**/*a*/'.repeat(30)}b`)(`${`${'a'.repeat(30)}/`.repeat(60)}c`));
});
