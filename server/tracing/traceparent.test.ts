import test from 'ava';
import fc from 'fast-check';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''))
    .filter((text) => /[^0]/.test(text));

test('what is written as traceparent is read as the same', (t) => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
      t.deepEqual(parseTraceparent(formatTraceparent({ traceId, spanId, sampled })), { traceId, spanId, sampled });
    }),
  );
});

test('a traceparent that W3C Trace Context calls invalid begins a new trace', (t) => {
  const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  t.like(parseTraceparent(`00-${trace}-${span}-03`), { sampled: true });
  t.like(parseTraceparent(`01-${trace}-${span}-00-later`), { traceId: trace, sampled: false });
  const invalid = [
    '',
    'x',
    `00-${trace}-${span}`,
    `00-${trace}-${span}-01-more`,
    `ff-${trace}-${span}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace}-${span}-01,00-${trace}-${span}-01`,
    `00-${'a'.repeat(10_000)}`,
  ];
  for (const header of invalid) t.is(parseTraceparent(header), undefined, header.slice(0, 80));
});
