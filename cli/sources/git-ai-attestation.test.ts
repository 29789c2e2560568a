import test from 'ava';
import { formatLines } from '../../shared/line-set.js';
import { gitAi } from './git-ai.js';
import type { NoteContext, ParsedNote } from './source.js';

const context: NoteContext = {
  commit: 'd'.repeat(40),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'commit' },
  prompts: 'summary',
};

function parse(attestation: string): ParsedNote {
  const parsed = gitAi.parse(Buffer.from(`${attestation}---\n{}`), context);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed;
}

const claimsOf = ({ claims }: ParsedNote) => claims.map(({ path, lines, by }) => [path, formatLines(lines), by]);

test('paths with a space, a tab or a newline stand in quotes', (t) => {
  const parsed = parse(
    '"src/my file.ts"\n  human 1\n"a\tb"\n  human 2\n"new\nline"\n  human 3\n"three\n\nlines"\n  human 4\n"open\n  human 5\n"\n  human 6\nç.ts\n  human 7\n',
  );
  t.deepEqual(
    parsed.claims.map(({ path, lines }) => [path, formatLines(lines)]),
    [
      ['src/my file.ts', '1'],
      ['a\tb', '2'],
      ['new\nline', '3'],
      ['three\n\nlines', '4'],
      ['"open', '5'],
      ['"', '6'],
      ['ç.ts', '7'],
    ],
  );
});

test('an entry that cannot be read is skipped with a reason, the others count', (t) => {
  const parsed = parse(
    '  human 1\na.ts\n  human 0\n  human 5-3\n  human\n  human 1, 2\n  human 4\n   \n""\n  human 9\n',
  );
  t.deepEqual(claimsOf(parsed), [['a.ts', '4', 'human']]);
  t.is(parsed.skipped.length, 7);
  t.is(parsed.skipped[0], 'an entry that cannot be read');
});

test('a path outside the repository is none of the commit, and no user\u2019s name is read out of it', (t) => {
  const parsed = parse(
    '/home/ada/app/a.ts\n  human 1\n../b.ts\n  human 2\nC:\\Users\\ada\\c.ts\n  human 3\na/../../d.ts\n  x 4\n..e/f...\n  human 5\n',
  );
  t.deepEqual(claimsOf(parsed), [['..e/f...', '5', 'human']]);
  t.deepEqual(parsed.receipts, []);
  t.is(parsed.skipped.length, 4);
});

test('a note that ends early has a reason', (t) => {
  const reasonOf = (text: string) => (gitAi.parse(Buffer.from(text), context) as { reason: string }).reason;
  t.is(reasonOf('a.ts\n  human 1\n'), 'no line --- behind the attestation');
  t.is(reasonOf('a.ts\n  human 1\n---\n'), 'no JSON behind the attestation');
  t.is(reasonOf('a.ts\n  human 1\n---\n{"prompts":{"a":{"messages":[1,'), 'its JSON cannot be read');
  t.is(reasonOf('---\n{"prompts":'), 'its JSON cannot be read');
});

test('a note is known by its grammar, with and without an attestation', (t) => {
  for (const text of [
    'a.ts\n  s_0123456789abcd::t_aaaaaaaaaaaaaa 1-10,15\n---\n{}',
    '"my file"\n  human 1\n---\n{}',
    '{{cookiecutter}}/a.py\n  human 1\n---\n{}',
    '---\n{\n  "prompts": {}\n}',
    '---\na.ts\n  human 1\n---\n{}',
    'a.ts\n  human 1\n',
  ]) {
    t.true(gitAi.matches(Buffer.from(text)), text);
  }
});

test('other texts are not taken for a note of git-ai', (t) => {
  for (const text of [
    '',
    '---\n',
    '{\n  "receipts": []\n}',
    '{\n  "a b": 1\n}',
    '[\n  1\n]',
    'Reviewed by Ada\n---\nfine',
    'a\n b 1',
    '\0\0\0',
  ]) {
    t.false(gitAi.matches(Buffer.from(text)), JSON.stringify(text));
  }
});
