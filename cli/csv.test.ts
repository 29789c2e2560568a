import test from 'ava';
import fc from 'fast-check';
import { parseCsv } from './csv.js';

const fields = (text: string) => parseCsv(text).map((record) => record.fields);

test('records and fields are read as RFC 4180 says', (t) => {
  t.deepEqual(fields('a,b\r\nc,d\r\n'), [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  t.deepEqual(fields('"a ""b""","c,\nd"\n'), [['a "b"', 'c,\nd']]);
  t.deepEqual(fields('a,,\n,'), [
    ['a', '', ''],
    ['', ''],
  ]);
  t.deepEqual(fields('\n\r\n\ra\n\n'), [['a']]);
  t.deepEqual(fields(''), []);
});

test('a record knows its line, also behind fields of several lines', (t) => {
  t.deepEqual(
    parseCsv('a\r\n"b\r\nb\nb",c\rd\n\ne').map(({ line }) => line),
    [1, 2, 5, 7],
  );
});

test('what is no CSV is refused with line and column', (t) => {
  for (const [text, place] of [
    ['a\nb,"c', /line 2, column 3: a quoted field that is never closed/],
    ['a\n"b"c', /line 2, column 4: text behind a quoted field/],
    ['a,b"c', /line 1, column 4: a quote inside/],
    ['"a\n"" b', /line 1, column 1/],
  ] as const)
    t.throws(() => parseCsv(text), { message: place });
});

test('whatever was written as CSV is read back', (t) => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      (rows, end) => {
        t.deepEqual(fields(rows.map((row) => row.map(quote).join(',') + end).join('')), rows);
      },
    ),
  );
});

test('any text is read or refused in time that grows with it', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r'), maxLength: 40 }), (text) => {
      try {
        t.true(Array.isArray(parseCsv(text)));
      } catch (error) {
        t.is((error as { code: string }).code, 'invalid_csv');
      }
    }),
  );
  t.is(parseCsv(`${'"",'.repeat(300_000)}"${'""'.repeat(300_000)}"`)[0]!.fields.length, 300_001);
});
