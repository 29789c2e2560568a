import test from 'ava';
import { recordedBeforeTokenFix } from './token-fix.js';

test('versions before 1.0.1 are marked', (t) => {
  for (const version of [
    '0.1.0',
    '0.2.0',
    '0.99.99',
    '1.0.0',
    '1.0',
    '1',
    'v0.3.0',
    ' 1.0.0 ',
    '1.0.0+build',
    '1.0.1-rc.1',
  ]) {
    t.true(recordedBeforeTokenFix(version), version);
  }
});

test('1.0.1 and later are not', (t) => {
  for (const version of ['1.0.1', 'v1.0.1', '1.0.1+7', '1.0.10', '1.0.2-rc.1', '1.1', '1.1.0-beta', '2', '10.0.0']) {
    t.false(recordedBeforeTokenFix(version), version);
  }
});

test('a version that cannot be read marks nothing', (t) => {
  for (const version of ['', 'unknown', 'x.1', null, undefined, 0.1, {}, '9'.repeat(1_000_000)]) {
    t.false(recordedBeforeTokenFix(version), String(version).slice(0, 20));
  }
});
