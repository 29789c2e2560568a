import test from 'ava';
import fc from 'fast-check';
import { readObject, withoutTexts } from './read-object.js';

/** What is meant: texts under the key become null. */
function without(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(without);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      key === 'text' && typeof child === 'string' ? null : without(child),
    ]),
  );
}

const key = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('text', 'a') },
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', ':', ' ', 'é', '😀', 'text', '"text"', '"text":"') }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
  leaf: fc.oneof(key, fc.integer(), fc.constant(null)),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

test('texts under a key become null and all else stays, minified and pretty', (t) => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t', ' \n'), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      const expected = JSON.stringify(without(JSON.parse(text)));
      const actual = JSON.stringify(JSON.parse(withoutTexts(Buffer.from(text), 'text').toString()));
      if (actual !== expected) throw new Error(`${actual} is not ${expected}`);
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

test('several keys are stepped over; values that are no texts stay', (t) => {
  const note = Buffer.from('{"prompt":"a \\" b","response" : "c","x":{"prompt":["d"],"response":null}}');
  t.deepEqual(readObject(note, 'prompt', 'response'), {
    prompt: null,
    response: null,
    x: { prompt: ['d'], response: null },
  });
});

test('text that never ends is no object, however many keys follow', (t) => {
  t.is(readObject(Buffer.from(`{"text":"${'\\"text\\":\\"'.repeat(200_000)}`), 'text'), undefined);
  t.is(readObject(Buffer.from(`{${'"text":'.repeat(200_000)}`), 'text'), undefined);
});

test('what is no object is not read: lists, damage, more than 8 MiB', (t) => {
  for (const text of ['[]', 'null', '', '{', '{"a":1}x', '\0']) t.is(readObject(Buffer.from(text)), undefined, text);
  const large = Buffer.from(JSON.stringify({ text: 'x'.repeat(9 * 1024 * 1024) }));
  t.is(readObject(large), undefined);
  t.deepEqual(readObject(large, 'text'), { text: null });
});
