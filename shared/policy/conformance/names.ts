import type { EvaluatedReceipt, PolicyInput } from '../../api/policies.js';
import { type ConformanceCase, change, oid, policy, receipt, uuid } from './case.js';

/** One receipt against one rule on names: it passes, warns, or cannot be judged. */
const one = (
  name: string,
  rule: PolicyInput['rule'],
  given: Partial<EvaluatedReceipt>,
  value?: string | 'not evaluated',
): ConformanceCase => ({
  name,
  policies: [policy(rule)],
  change: change({ receipts: [receipt(1, given)] }),
  expected:
    value === undefined
      ? { verdict: 'pass' }
      : value === 'not evaluated'
        ? { verdict: 'pass', not_evaluated: ['policy'] }
        : { verdict: 'warn', violations: [{ rule: Object.keys(rule)[0] as never, value, receipt_id: uuid(1) }] },
});

const opus = { provider: 'anthropic', model: 'claude-opus-4-6' };
const gpt = { provider: 'openai', model: 'gpt-4o' };

export const NAMES: ConformanceCase[] = [
  one('an allowed model passes by its name', { allowed_models: ['claude-opus-4-6'] }, opus),
  one('an allowed model passes by its family', { allowed_models: ['claude-opus'] }, opus),
  one('an allowed model passes by a glob', { allowed_models: ['gpt-*', '*-opus-?-?'] }, opus),
  one('any other model than the allowed ones is a violation', { allowed_models: ['claude-*'] }, gpt, 'gpt-4o'),
  one('a name is no family of what goes on without a separator', { allowed_models: ['gpt-4'] }, gpt, 'gpt-4o'),
  one(
    'a model is of the family before @',
    { allowed_models: ['claude-opus-4'] },
    { ...opus, model: 'claude-opus-4@20260101' },
  ),
  one('a model is of the family before a colon', { blocked_models: ['qwen3'] }, { model: 'qwen3:14b' }, 'qwen3:14b'),
  one('a blocked model is a violation by its name', { blocked_models: ['gpt-4o'] }, gpt, 'gpt-4o'),
  one('a blocked model is a violation by a glob', { blocked_models: ['gpt-4*'] }, gpt, 'gpt-4o'),
  one('a blocked model is a violation by its family', { blocked_models: ['claude-opus'] }, opus, 'claude-opus-4-6'),
  one('what is not blocked passes', { blocked_models: ['gpt-4*', 'o1', 'deepseek'] }, opus),
  one('a pattern of a model may name its provider', { blocked_models: ['openai/gpt-*'] }, gpt, 'gpt-4o'),
  one('a pattern with another provider does not fit', { blocked_models: ['azure/gpt-*'] }, gpt),
  one(
    'a reseller is known by its own name and by the name it gives the model',
    { blocked_models: ['openai/gpt-4o'] },
    { provider: 'openrouter', model: 'openai/gpt-4o' },
    'gpt-4o',
  ),
  one('upper and lower case are the same', { blocked_models: ['GPT-4O'] }, { model: 'Gpt-4o' }, 'gpt-4o'),
  one('* alone allows every model that is known', { allowed_models: ['*'] }, gpt),
  one(
    'an unknown model is not allowed and not a violation',
    { allowed_models: ['claude-*'] },
    { model: null },
    'not evaluated',
  ),
  one(
    'an unknown model is not known not to be blocked',
    { blocked_models: ['gpt-4o'] },
    { model: 'default' },
    'not evaluated',
  ),
  one('an allowed provider passes', { allowed_providers: ['anthropic', 'openai'] }, gpt),
  one('another provider than the allowed ones is a violation', { allowed_providers: ['anthropic'] }, gpt, 'openai'),
  one('a blocked provider is a violation', { blocked_providers: ['open*'] }, gpt, 'openai'),
  one(
    'a provider nobody named is told by the model',
    { blocked_providers: ['anthropic'] },
    { ...opus, provider: null },
    'anthropic',
  ),
  one(
    'a provider is counted under its one name',
    { blocked_providers: ['anthropic'] },
    { ...opus, provider: 'Claude-Code' },
    'anthropic',
  ),
  one(
    'an unknown provider cannot be judged',
    { allowed_providers: ['anthropic'] },
    { provider: null, model: 'x-1' },
    'not evaluated',
  ),
  {
    name: 'each receipt with a blocked model is a violation, in the order of time, where its first lines are',
    policies: [policy({ blocked_models: ['gpt-4o'] }, { action: 'block' })],
    change: change({
      receipts: [
        receipt(2, {
          ...gpt,
          attributions: [{ commit: oid(7), path: 'src/a.ts', lines: '1-3' }, { path: 'src/b.ts' }],
        }),
        receipt(3),
        receipt(1, gpt),
      ],
    }),
    expected: {
      verdict: 'block',
      violations: [
        { receipt_id: uuid(1), commit: null, path: null, lines: null, limit: ['gpt-4o'] },
        { receipt_id: uuid(2), commit: oid(7), path: 'src/a.ts', lines: '1-3' },
      ],
    },
  },
  {
    name: 'known models are judged beside unknown ones',
    policies: [policy({ allowed_models: ['claude-*'] })],
    change: change({ receipts: [receipt(1, { model: null }), receipt(2, gpt), receipt(3)] }),
    expected: { verdict: 'warn', violations: [{ receipt_id: uuid(2) }], not_evaluated: ['policy'] },
  },
];
