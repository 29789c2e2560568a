import test from 'ava';
import fc from 'fast-check';
import { parseNote, sources } from './index.js';
import type { NoteContext } from './source.js';

const context: NoteContext = {
  commit: 'b'.repeat(40),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'commit' },
  prompts: 'summary',
};

const parse = (text: string | Buffer) => parseNote(Buffer.from(text), context);

test('each source has a name of its own', (t) => {
  const names = sources.map(({ name }) => name);
  t.deepEqual(names, [...new Set(names)]);
});

test('a note is read by the source whose format it has', (t) => {
  t.like(parse('a.ts\n  human 1\n---\n{}'), { source: 'git-ai' });
  t.like(parse('{"blameprompt_version":"1.0.1","receipts":[]}'), { source: 'blameprompt', receipts: [] });
});

test('a note of no known format says how it begins, as far as it can be printed', (t) => {
  t.deepEqual(parse('Reviewed-by: Ada Example and many more'), {
    reason: 'not a known note format (starts with Reviewed-by: Ada Exa)',
  });
  t.deepEqual(parse('\u001b[31mred\u0007\nnext'), { reason: 'not a known note format (starts with [31mred next)' });
  t.deepEqual(parse(Buffer.from([0, 1, 2, 0xff])), { reason: 'not a known note format (nothing that can be printed)' });
  t.deepEqual(parse(''), { reason: 'not a known note format (nothing that can be printed)' });
});

test('the reason of a damaged note names the format', (t) => {
  t.deepEqual(parse('a.ts\n  human 1\n'), { reason: 'git-ai: no line --- behind the attestation' });
  t.deepEqual(parse('{"blameprompt_version":"1.0.1","receipts":['), { reason: 'blameprompt: its JSON cannot be read' });
});

test('lines of files outside the repository are claimed by nobody', (t) => {
  const files_changed = ['/srv/other/a.ts', '../a.ts', 'C:\\x\\a.ts', 'src/a.ts'].map((path) => ({
    path,
    line_range: [1, 9],
  }));
  const parsed = parse(JSON.stringify({ blameprompt_version: '1.0.1', receipts: [{ id: 'x', files_changed }] }));
  if ('reason' in parsed) return t.fail(parsed.reason);
  t.deepEqual(
    parsed.claims.map(({ path }) => path),
    ['src/a.ts'],
  );
  t.is(parsed.receipts[0]!.attributions!.length, 4);
});

test('a note of more than 16 MiB is not read', (t) => {
  t.deepEqual(parseNote(Buffer.alloc(16 * 1024 * 1024 + 1), context), { reason: 'larger than 16 MiB' });
});

test('a long list of what was skipped is cut', (t) => {
  const parsed = parse(`a.ts\n  human 1\n${'  human 0\n'.repeat(1_000)}---\n{}`);
  if ('reason' in parsed) return t.fail(parsed.reason);
  t.is(parsed.skipped.length, 101);
  t.is(parsed.skipped.at(-1), '900 more');
});

test('any bytes at all are parsed or have a reason that can be printed', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const parsed = parse(Buffer.from(bytes));
      if ('reason' in parsed && (parsed.reason.length > 200 || /\p{C}/u.test(parsed.reason)))
        throw new Error(parsed.reason);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});
