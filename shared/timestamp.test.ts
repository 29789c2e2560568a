import test from 'ava';
import fc from 'fast-check';
import { normalizeTimestamp, timestampOfSeconds } from './timestamp.js';

test('a timestamp is UTC with microseconds, whatever zone and precision it was written in', (t) => {
  t.is(normalizeTimestamp('2026-02-25T11:42:36.002470Z'), '2026-02-25T11:42:36.002470Z');
  t.is(normalizeTimestamp('2026-02-25T12:42:36.00247+01:00'), '2026-02-25T11:42:36.002470Z');
  t.is(normalizeTimestamp('2026-02-25t11:42:36z'), '2026-02-25T11:42:36.000000Z');
  t.is(normalizeTimestamp('2026-02-25 11:42:36.123456789Z'), '2026-02-25T11:42:36.123456Z');
  t.is(normalizeTimestamp('2026-03-01T00:30:00+01:00'), '2026-02-28T23:30:00.000000Z');
});

test('days and times that do not exist are no timestamps', (t) => {
  for (const text of [
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    '1969-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '',
    'yesterday',
  ]) {
    t.is(normalizeTimestamp(text), undefined, text);
  }
  t.is(normalizeTimestamp('2028-02-29T00:00:00Z'), '2028-02-29T00:00:00.000000Z');
});

test('every instant reads back as itself', (t) => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2199-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        const text = normalizeTimestamp(date.toISOString());
        if (text === undefined || Date.parse(text) !== date.getTime()) throw new Error(`${text}`);
        if (normalizeTimestamp(text) !== text) throw new Error('not stable');
      },
    ),
  );
  t.pass();
});

test('unix seconds are timestamps within the same bounds', (t) => {
  t.is(timestampOfSeconds(0), '1970-01-01T00:00:00.000000Z');
  t.is(timestampOfSeconds(1_772_019_756), '2026-02-25T11:42:36.000000Z');
  for (const seconds of [-1, 7_258_118_400, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.is(timestampOfSeconds(seconds), undefined);
  }
});
