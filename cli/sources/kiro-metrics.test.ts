import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { checkDamage } from './damage.test.support.js';
import { kiroMetrics } from './kiro-metrics.js';
import { attributedBy, context, parse, samples } from './notes.test.support.js';

const { kiroMetrics: note } = samples;

test('a measured commit has numbers of lines and the files by AI', (t) => {
  const parsed = parse(kiroMetrics, note);
  t.deepEqual(attributedBy(parsed), ['kiro src/a.ts -']);
  t.deepEqual(parsed.counts, [{ path: null, ai: 85, human: 12, tool: 'kiro', provider: null, model: null }]);
  t.like(parsed.receipts[0], { id: stableId('kiro-metrics', context.repo, context.commit), ...context.time });
});

test('a commit by people alone is counted and is no receipt', (t) => {
  const parsed = parse(kiroMetrics, { ...note, ai_lines: 0, ai_files: [] });
  t.deepEqual(parsed.receipts, []);
  t.like(parsed.counts, [{ ai: 0, human: 12 }]);
});

test('what the recorder could not tell is left out with that reason', (t) => {
  for (const attribution_state of ['unknown', 'pending', null]) {
    t.deepEqual(parse(kiroMetrics, { ...note, attribution_state }), {
      receipts: [],
      claims: [],
      skipped: ['its recorder could not tell who wrote the commit'],
    });
  }
});

test('numbers that are none count as zero', (t) => {
  const parsed = parse(kiroMetrics, { ...note, ai_lines: -5, human_lines: 'many', ai_files: 'a.ts' });
  t.deepEqual(parsed, { receipts: [], claims: [], counts: [], skipped: [] });
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(kiroMetrics));
});
