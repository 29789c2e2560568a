import test from 'ava';
import fc from 'fast-check';
import { parseJson, parseJsonWithout } from './json.js';

const parse = (text: string) => parseJsonWithout('messages', Buffer.from(text));

/** What is meant: lists and objects under `messages` in objects three levels deep become null. */
function without(value: unknown, depth = 1): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((child) => without(child, depth + 1));
  const entries = Object.entries(value).map(([key, child]) => {
    const goes = key === 'messages' && depth === 3 && typeof child === 'object' && child !== null;
    return [key, goes ? null : without(child, depth + 1)] as const;
  });
  return Object.fromEntries(entries);
}

const key = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('messages', 'prompts', 'a') },
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', 'é', '😀', 'm') }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
  leaf: fc.oneof(key, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const note = fc.dictionary(key, fc.dictionary(key, fc.dictionary(key, value, { maxKeys: 4 }), { maxKeys: 4 }), {
  maxKeys: 3,
});

test('what is left is what JSON.parse reads, minified and pretty', (t) => {
  fc.assert(
    fc.property(fc.oneof(note, value), fc.constantFrom(undefined, 1, 2, '\t', ' \n'), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      const expected = JSON.stringify(without(JSON.parse(text)));
      const actual = JSON.stringify(parse(text));
      if (actual !== expected) throw new Error(`${actual} is not ${expected}`);
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

test('a key that is written with escapes is read like any other, and nothing else suffers', (t) => {
  const text = '{"prompts":{"a":{"mess\\u0061ges":[1],"tool":"x","messages":[{"b":"]"}],"id":"y"}}}';
  t.deepEqual(parse(text), { prompts: { a: { messages: null, tool: 'x', id: 'y' } } });
  t.deepEqual(parse('{"prompts":{"a":{"mess\\u0061ges":[1]}}}'), { prompts: { a: { messages: [1] } } });
});

test('messages elsewhere, as a value, or of another kind stay', (t) => {
  for (const json of [
    { messages: [1], prompts: { messages: [2] } },
    { prompts: { a: { deeper: { messages: [3] } } } },
    { prompts: { a: { messages: 'text' } } },
    { prompts: { a: { messages: null, tool: 'messages' } } },
    { prompts: { a: { tool: 'messages', messages: 5 } } },
    { prompts: [['messages', [1]]] },
  ]) {
    t.deepEqual(parse(JSON.stringify(json)), json);
    t.deepEqual(parse(JSON.stringify(json, null, 2)), json);
  }
});

test('quotes, backslashes and brackets in a conversation do not end it', (t) => {
  const messages = ['"', '\\', '\\"', ']}', '[[{{', '\\\\"]', 'a\\', { 'k"]': ['\\'] }];
  const json = { prompts: { a: { messages, tool: 'x' }, b: { messages: [], tool: 'y' } } };
  t.deepEqual(parse(JSON.stringify(json)), {
    prompts: { a: { messages: null, tool: 'x' }, b: { messages: null, tool: 'y' } },
  });
});

test('bytes that are no UTF-8 are read as JSON.parse reads them', (t) => {
  const bytes = Buffer.from('{"prompts":{"a":{"messages":["\xe2\x28\xff"],"tool":"\xff\xc3"}}}', 'latin1');
  t.deepEqual(parseJsonWithout('messages', bytes), { prompts: { a: { messages: null, tool: '\uFFFD\uFFFD' } } });
});

test('text that ends early is refused wherever it ends', (t) => {
  const text = JSON.stringify({ prompts: { a: { messages: ['x', { y: '\\' }], tool: 'x' } } });
  for (let end = 0; end < text.length; end++) t.throws(() => parse(text.slice(0, end)), undefined, text.slice(0, end));
});

test('a hundred thousand open brackets are refused or read, never crashed on', (t) => {
  t.throws(() => parse('['.repeat(100_000)));
  t.throws(() => parse(`{"a":{"b":{"messages":${'['.repeat(100_000)}`));
  t.deepEqual(parse(`{"a":{"b":{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`), {
    a: { b: { messages: null } },
  });
});

test('JSON that is large without its conversations is refused', (t) => {
  const large = 'x'.repeat(9 * 1024 * 1024);
  t.throws(() => parse(JSON.stringify({ prompts: { a: { tool: large } } })), { message: 'JSON too large to be read' });
  t.deepEqual(parse(JSON.stringify({ prompts: { a: { messages: [large] } } })), { prompts: { a: { messages: null } } });
});

test('JSON that is nested thousands deep is refused, brackets in texts are no nesting', (t) => {
  const nested = (depth: number) => Buffer.from(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`);
  t.notThrows(() => parseJson(nested(400)));
  for (const depth of [600, 50_000]) t.throws(() => parseJson(nested(depth)), { message: 'JSON nested too deep' });
  const texts = JSON.stringify(['['.repeat(100_000), '"'.repeat(100_000), '{\\"'.repeat(100_000), []]);
  t.deepEqual(parseJson(Buffer.from(texts)), JSON.parse(texts));
});

test('JSON of millions of values is refused, commas in texts are no values', (t) => {
  const list = (count: number, item: string) => Buffer.from(`[${Array(count).fill(item)}]`);
  t.notThrows(() => parseJson(list(990_000, '0')));
  for (const item of ['0', '{}', '[[]]'])
    t.throws(() => parseJson(list(1_010_000, item)), { message: /too many values/ });
  t.notThrows(() => parseJson(Buffer.from(JSON.stringify(','.repeat(2_000_000)))));
});
