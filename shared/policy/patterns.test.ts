import test from 'ava';
import { namePatterns, pathPatterns, repoPatterns } from './patterns.js';

const cases = (
  title: string,
  compile: typeof namePatterns,
  table: [pattern: string, fits: string[], fitsNot: string[]][],
) =>
  test(title, (t) => {
    for (const [pattern, fits, fitsNot] of table) {
      const { find } = compile([pattern]);
      for (const text of fits) t.is(find(text), pattern, `${pattern} fits ${text}`);
      for (const text of fitsNot) t.is(find(text), undefined, `${pattern} does not fit ${text}`);
    }
  });

cases('a model is meant by name, family or wildcards', namePatterns, [
  [
    'claude-opus',
    ['claude-opus', 'claude-opus-4-6', 'claude-opus@1', 'claude-opus:x'],
    ['claude-opus4', 'claude', 'x-claude-opus'],
  ],
  ['GPT-5', ['gpt-5', 'gpt-5-mini'], ['gpt-5.1', 'gpt-50']],
  ['claude-opus-*', ['claude-opus-4-6'], ['claude-opus', 'my-claude-opus-4']],
  ['gpt-?o*', ['gpt-4o', 'gpt-4o-mini'], ['gpt-4', 'gpt-40']],
  ['*', ['anything', ''], []],
  ['*:free', ['qwen3:free'], ['qwen3:free-2']],
  ['[a-z].+', ['[a-z].+'], ['b.c']],
  ['?', ['😀', 'x'], ['', 'ab']],
  [' o1 ', ['o1', 'o1-pro'], ['o3']],
]);

cases('a repository is meant by wildcards that cross slashes', repoPatterns, [
  [
    'git.example.com/acme/*',
    ['git.example.com/acme/app', 'Git.Example.com/ACME/a/b'],
    ['git.example.com/acme', 'x/git.example.com/acme/a'],
  ],
  ['*/app', ['git.example.com/acme/app', 'x/app'], ['app', 'x/apps']],
  ['acme/app', ['acme/app', 'ACME/App'], ['acme/app2', 'acme/app-2']],
]);

cases('a path is meant as in .gitignore', pathPatterns, [
  ['crypto', ['crypto', 'crypto/a.ts', 'src/crypto/x/a.ts'], ['cryptography/a.ts', 'src/crypto.ts']],
  ['crypto/', ['crypto/a.ts', 'src/crypto/a.ts'], ['crypto']],
  ['/crypto', ['crypto', 'crypto/a.ts'], ['src/crypto/a.ts']],
  ['src/crypto', ['src/crypto', 'src/crypto/a.ts'], ['lib/src/crypto/a.ts']],
  ['crypto/**', ['crypto/a.ts', 'crypto/x/a.ts'], ['crypto', 'src/crypto/a.ts']],
  ['**/keys', ['keys', 'keys/a', 'x/keys', 'x/keys/a'], ['x/mykeys/a']],
  ['*.pem', ['a.pem', 'x/y.pem', 'x.pem/inside'], ['a.pem2']],
  ['src/**/gen/*.ts', ['src/gen/a.ts', 'src/x/y/gen/a.ts'], ['src/gen/x/b.js', 'gen/a.ts']],
  ['infra/*/prod', ['infra/eu/prod/a.tf', 'infra/eu/prod'], ['infra/prod/a.tf', 'infra/eu/x/prod/a']],
  ['a?c/', ['abc/x'], ['ac/x']],
  ['[ab].ts', ['a.ts', 'x/b.ts'], ['c.ts']],
  ['a\\*b', ['a*b', 'a*b/c'], ['axb']],
  ['**', ['a', 'a/b'], []],
  ['*', ['a', 'a/b'], []],
]);
