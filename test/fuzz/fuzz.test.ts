import test from 'ava';
import { formats } from './formats.js';
import { fuzzFormat } from './fuzz.js';

/** `npm run fuzz` does the same for a hundred thousand notes of each format, large ones among them. */
for (const format of formats) {
  test(`changed notes of ${format.name} are read or have a reason, and nothing else`, (t) => {
    const { read, failures } = fuzzFormat(format, { seed: 1, mutations: 500 });
    t.deepEqual(failures, []);
    t.true(read > 0 && read <= 500);
  });
}
