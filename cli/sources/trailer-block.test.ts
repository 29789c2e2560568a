import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { trailersOf } from './trailer-block.js';

test('trailers are the last paragraph', (t) => {
  t.deepEqual(trailersOf('Title\n\nReviewed-by: no\n\nSigned-off-by: Ada\nFixes : #1\n'), [
    ['signed-off-by', 'Ada'],
    ['fixes', '#1'],
  ]);
});

test('a folded value is one line', (t) => {
  t.deepEqual(trailersOf('Title\n\nKey: one\n  two\n\tthree\nOther:\n'), [
    ['key', 'one two three'],
    ['other', ''],
  ]);
});

test('a title, prose and a paragraph with prose are none', (t) => {
  for (const message of [
    'Key: value',
    'Key: value\nKey: value\n',
    '\n\nKey: value\n',
    'Title\n\nKey: value\nand prose\n',
    'Title\n\nprose: not\na key',
    'Title\n\n  Key: value\n',
    'Title\n\nKey: value\n\nend',
    '',
  ]) {
    t.deepEqual(trailersOf(message), [], message);
  }
});

test('beside a line that git writes, a quarter is enough', (t) => {
  t.deepEqual(trailersOf('Title\n\nprose\nprose\nprose\nSigned-off-by: Ada\n'), [['signed-off-by', 'Ada']]);
  t.deepEqual(trailersOf('Title\n\nprose\nprose\nprose\nprose\nSigned-off-by: Ada\n'), []);
});

test('blank lines and comments behind the trailers do not hide them', (t) => {
  t.deepEqual(trailersOf('Title\r\n\r\nKey: value\r\n# comment\r\n\r\n \r\n#\r\n'), [['key', 'value']]);
});

test('megabytes of lines that are almost trailers are read', (t) => {
  for (const line of [
    '#\n\n',
    ' \n',
    'Key: value\n',
    'a'.repeat(70),
    'a \t',
    'Key :\n ',
    '(cherry picked from commit \n',
  ]) {
    t.notThrows(() => trailersOf(`Title\n\n${line.repeat(2_000_000 / line.length)}`));
  }
});

test('what git calls trailers is what is read', (t) => {
  const line = fc.constantFrom(
    '',
    ' ',
    'Title',
    'Key: a',
    'Other-Key : b',
    ' folded',
    '\tfolded',
    '# comment',
    'two words: c',
    ':d',
    'Signed-off-by: Ada',
    '(cherry picked from commit 0)',
    'Empty:',
    '-x: e',
    'Key\t:f',
    'prose',
  );
  const messages = fc
    .sample(fc.array(line, { maxLength: 12 }), { numRuns: 300, seed: 7 })
    .map((lines) => `T\n${lines.join('\n')}\n`);
  for (const message of messages) {
    const args = ['interpret-trailers', '--only-trailers', '--only-input', '--unfold', '--no-divider'];
    const expected = execFileSync('git', ['-c', 'core.commentChar=#', ...args], { input: message, encoding: 'utf8' });
    const actual = trailersOf(message).map(([key, value]) => `${key}: ${value}`.trim());
    const lines = expected.split('\n').filter((text) => text !== '');
    const wanted = lines.map((text) =>
      text.replace(/^([^:]*?)\s*:\s*/, (_, key: string) => `${key.toLowerCase()}: `).trim(),
    );
    t.deepEqual(actual, wanted, JSON.stringify(message));
  }
});
