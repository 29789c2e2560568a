import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { checkDamage } from './damage.test.support.js';
import { attributedBy, context, parse, samples } from './notes.test.support.js';
import { qwenCode } from './qwen-code.js';

test('characters by AI name the file and claim no lines', (t) => {
  const parsed = parse(qwenCode, samples.qwenCode);
  t.deepEqual(attributedBy(parsed), ['qwen-code src/a.ts -']);
  t.deepEqual(parsed.claims, []);
  t.is(parsed.counts, undefined);
  t.like(parsed.receipts[0], {
    id: stableId('qwen-code', context.repo, context.commit),
    ...context.time,
    provider: 'alibaba',
    model: null,
    session_id: null,
  });
});

test('earlier versions counted added and removed characters; a generator that is a model is named', (t) => {
  const parsed = parse(qwenCode, samples.qwenCodeEarly);
  t.deepEqual(attributedBy(parsed), ['qwen-code src/a.ts -']);
  t.like(parsed.receipts[0], { provider: 'zhipu', model: 'glm-4.6' });
});

test('a commit with no character by AI is no receipt', (t) => {
  const files = { 'README.md': { aiChars: 0, humanChars: 12, percent: 0 }, 'b.ts': null, '': { aiChars: 5 } };
  t.deepEqual(parse(qwenCode, { ...samples.qwenCode, files }), { receipts: [], claims: [], skipped: [] });
});

test('files called like parts of every JavaScript object are files', (t) => {
  const note = JSON.stringify(samples.qwenCode).replace('src/a.ts', '__proto__');
  t.deepEqual(attributedBy(parse(qwenCode, note)), ['qwen-code __proto__ -']);
  t.deepEqual(qwenCode.parse(Buffer.from('{"files":[]}'), context), { reason: 'no files' });
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(qwenCode));
});
