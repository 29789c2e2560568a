import test from 'ava';
import { parseNote, sources } from './index.js';
import { context, fixtures } from './notes.test.support.js';
import { hasKeys, isList, isObjectWith } from './sniff.js';

/** The dialect is asked first, so that git-ai does not read it. */
const DIALECTS = new Map([['ai-attr', 'git-ai']]);

test('every source has fixtures', (t) => {
  t.deepEqual([...fixtures.keys()].sort(), sources.map(({ name }) => name).sort());
});

for (const source of sources) {
  test(`${source.name} knows its own notes and no others`, (t) => {
    for (const [name, notes] of fixtures) {
      const expected = name === source.name || DIALECTS.get(name) === source.name;
      for (const note of notes) t.is(source.matches(note), expected, note.toString());
    }
  });
}

test('each note is read by the source whose format it has', (t) => {
  for (const [name, notes] of fixtures) {
    for (const note of notes) {
      const parsed = parseNote(note, context);
      t.is('reason' in parsed ? parsed.reason.split(':')[0] : parsed.source, name, note.toString());
    }
  }
});

test('a dialect is asked before the format it resembles', (t) => {
  const names = sources.map(({ name }) => name);
  for (const [dialect, name] of DIALECTS) t.true(names.indexOf(dialect) < names.indexOf(name), dialect);
});

test('other JSON and other texts have no source', (t) => {
  for (const text of [
    '',
    '{}',
    '[]',
    '[{}]',
    'null',
    '{"v":1}',
    '{"version":1,"files":{}}',
    '{"session_id":"x","timestamp":"2026-01-01T00:00:00Z"}',
    '{"files":[{"path":"a.ts"}],"vcs":null}',
    '{"text":"{\\"attribution_state\\":\\"measured\\"}"}',
    '{"type":"user","sessionId":"x","message":{"content":"attributions"}}\n{"type":"assistant"}',
    'Reviewed-by: Ada Example',
    '# Notes\n\n- Provider: Codex\n- Session ID: x\n',
  ]) {
    t.deepEqual(
      sources.filter((source) => source.matches(Buffer.from(text))).map(({ name }) => name),
      [],
      text,
    );
  }
});

test('keys are found at any depth, not inside strings', (t) => {
  t.true(isObjectWith(Buffer.from('\n {"a":{"b":[{"c":1}]}}'), 'a', 'b', 'c'));
  t.false(isObjectWith(Buffer.from('{"a":"\\"b\\":1"}'), 'a', 'b'));
  t.false(isObjectWith(Buffer.from('[{"a":1}]'), 'a'));
  t.false(hasKeys(Buffer.from('{"ab":1}'), 'a'));
  t.true(isList(Buffer.from(' [\n{')));
  t.false(isList(Buffer.from('[1]')));
});
