import test from 'ava';
import fc from 'fast-check';
import { MAX_REPO_NAME, normalizeRepoName } from './repo-name.js';

test('all spellings of one remote are one name', (t) => {
  for (const remote of [
    'https://github.com/acme/Web-App',
    'https://github.com/acme/Web-App.git',
    'https://github.com/acme/Web-App.git/',
    'https://GitHub.com/acme/Web-App/',
    'https://ada:s3cret@github.com/acme/Web-App.git',
    'https://token@github.com:443/acme/Web-App.git',
    'http://github.com//acme//Web-App.git',
    'git://github.com/acme/Web-App.git',
    'ssh://git@github.com/acme/Web-App.git',
    'ssh://git@GITHUB.com:22/acme/Web-App',
    'git+ssh://git@github.com/acme/Web-App.git',
    'git@github.com:acme/Web-App.git',
    'git@GitHub.com:/acme/Web-App.git',
    'github.com:acme/Web-App',
    'github.com/acme/Web-App',
    '  https://github.com/acme/Web-App.git\n',
    'https://github.com/acme/Web-App.git?ref=main#readme',
  ]) {
    t.is(normalizeRepoName(remote), 'github.com/acme/Web-App', remote);
  }
});

test('credentials never stay in a name', (t) => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_%!.-]{8,40}$/);
  fc.assert(
    fc.property(secret, secret, fc.constantFrom('https', 'http', 'ssh'), (user, password, scheme) => {
      const name = normalizeRepoName(`${scheme}://x${user}:${password}@git.example.com/acme/app.git`);
      if (name !== 'git.example.com/acme/app') throw new Error(name);
    }),
  );
  t.pass();
});

test('of a path on this machine only the last part is left', (t) => {
  for (const path of [
    '/home/ada/work/app',
    '/home/ada/work/app/.git',
    '../app',
    '~/app.git/',
    'file:///home/ada/app.git',
  ]) {
    t.is(normalizeRepoName(path), 'app', path);
  }
  t.is(normalizeRepoName('C:\\Users\\ada\\app'), 'app');
});

test('a plain name stays', (t) => {
  t.is(normalizeRepoName('acme/app'), 'acme/app');
  t.is(normalizeRepoName('app'), 'app');
});

test('where nothing is left there is no name', (t) => {
  for (const remote of ['', '  ', '/', '.', '..', '~', './', 'https://', '.git']) {
    t.is(normalizeRepoName(remote), undefined, JSON.stringify(remote));
  }
});

test('a name of a name is that name', (t) => {
  const piece = fc.constantFrom(
    '/',
    ':',
    '@',
    '.git',
    '.',
    '~',
    '\\',
    ' ',
    'a',
    'B',
    'c',
    'https://',
    'file://',
    '22',
    '?',
    '[',
    ']',
    '#',
  );
  const remote = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(remote, (text) => {
      const name = normalizeRepoName(text);
      if (name === undefined) return;
      if (normalizeRepoName(name) !== name) throw new Error(`${JSON.stringify(name)}, then ${normalizeRepoName(name)}`);
    }),
    { numRuns: 5_000 },
  );
  t.pass();
});

test('a name is never longer than what is stored', (t) => {
  const name = normalizeRepoName(`https://git.example.com/${'a'.repeat(279)}.git${'b'.repeat(5000)}`)!;
  t.true(name.length <= MAX_REPO_NAME);
  t.is(normalizeRepoName(name), name);
});
