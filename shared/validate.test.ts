import test from 'ava';
import { timeBound } from './validate.js';

test('the end of a day is the beginning of the next, also after the last day that a timestamp can be of', (t) => {
  t.is(timeBound('2026-02-28', 'to'), '2026-03-01T00:00:00.000000Z');
  t.is(timeBound('2199-12-31', 'to'), '2200-01-01T00:00:00.000000Z');
  t.is(timeBound('2200-01-01', 'to'), undefined);
  t.is(timeBound('2199-12-31T23:59:59Z', 'to'), '2199-12-31T23:59:59.000000Z');
});
