import test from 'ava';
import { mergePatch } from './merge-patch.js';

test('a merge patch adds, replaces and takes away, at any depth, and changes neither argument', (t) => {
  const target = { a: 1, b: { c: [1, 2], d: 'x' }, e: 'y' };
  const patch = { a: null, b: { c: [3], d: null, f: { g: null, h: 1 } }, e: { i: 1 }, j: null };
  const before = structuredClone([target, patch]);
  t.deepEqual<object, object>(mergePatch(target, patch), { b: { c: [3], f: { h: 1 } }, e: { i: 1 } });
  t.deepEqual([target, patch] as unknown[], before);
  t.deepEqual<object, object>(mergePatch(target, {}), target);
});

test('a member named __proto__ is a member like any other', (t) => {
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"evil": true}}'));
  t.is((merged as { evil?: boolean }).evil, undefined);
  t.is(({} as { evil?: boolean }).evil, undefined);
});
