import test from 'ava';
import { createKey, selectorOf, verifyKey } from './key.js';

test('a key has the documented form and verifies against what is stored of it', (t) => {
  const { key, selector, verifier, lastFour } = createKey();
  t.regex(key, /^bp_org_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}$/);
  t.is(selectorOf(key), selector);
  t.true(verifyKey(key, verifier));
  t.true(key.endsWith(lastFour));
  t.false(verifyKey(createKey().key, verifier));
});

test('a key with a wrong character is recognised by its checksum', (t) => {
  const { key } = createKey();
  for (let i = 24; i < key.length; i++) {
    const other = key[i] === 'A' ? 'B' : 'A';
    t.is(selectorOf(key.slice(0, i) + other + key.slice(i + 1)), undefined, `position ${i}`);
  }
});

test('what is not a key has no selector', (t) => {
  for (const text of ['', 'bp_', 'bp_org_short_short', `${createKey().key} `, `x${createKey().key}`])
    t.is(selectorOf(text), undefined);
});
