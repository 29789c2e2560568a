import test from 'ava';
import fc from 'fast-check';
import { addDays, localDay, startOfDay } from './local-day.js';

const begins = (day: string, zone: string) => new Date(startOfDay(day, zone)).toISOString();

test('a day begins at the midnight of its zone, on both sides of a change of the clocks', (t) => {
  t.is(begins('2026-03-29', 'UTC'), '2026-03-29T00:00:00.000Z');
  t.is(begins('2026-03-29', 'Europe/Berlin'), '2026-03-28T23:00:00.000Z');
  t.is(begins('2026-03-30', 'Europe/Berlin'), '2026-03-29T22:00:00.000Z');
  t.is(begins('2026-10-25', 'Europe/Berlin'), '2026-10-24T22:00:00.000Z');
  t.is(begins('2026-10-26', 'Europe/Berlin'), '2026-10-25T23:00:00.000Z');
  t.is(begins('2026-02-14', 'Asia/Kathmandu'), '2026-02-13T18:15:00.000Z');
});

test('where the clocks skip midnight, the day begins an hour later; where they show it twice, at the first', (t) => {
  t.is(begins('2018-11-04', 'America/Sao_Paulo'), '2018-11-04T03:00:00.000Z'); // 00:00 became 01:00
  t.is(begins('2026-11-01', 'America/Havana'), '2026-11-01T04:00:00.000Z'); // 01:00 became 00:00
});

test('days follow each other without a gap, and each holds its own beginning', (t) => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'America/Havana', 'Australia/Lord_Howe');
  fc.assert(
    fc.property(zone, fc.integer({ min: 0, max: 60 * 365 }), (timeZone, offset) => {
      const day = addDays('1975-01-01', offset);
      const start = startOfDay(day, timeZone);
      const end = startOfDay(addDays(day, 1), timeZone);
      return (
        localDay(start, timeZone) === day &&
        localDay(start - 1, timeZone) !== day &&
        localDay(end - 1, timeZone) === day
      );
    }),
    { numRuns: 500 },
  );
  t.pass();
});
