import test from 'ava';
import fc from 'fast-check';
import {
  type EvaluatedCommit,
  type EvaluatedReceipt,
  type Policy,
  policyFields,
  RULES,
  Verdict,
} from '../api/policies.js';
import { Strict } from '../api/types.js';
import { compileBody } from '../validate.js';
import { checkPolicy } from './check.js';
import { change, DAY, oid, policy, REPO, receipt, state, uuid } from './conformance/case.js';
import { compilePolicies, evaluate } from './evaluate.js';
import type { Change } from './input.js';

const name = fc.oneof(
  fc.constantFrom(
    'claude-opus-4-6',
    'claude-opus',
    'gpt-4o',
    'gpt-4',
    'openai',
    'anthropic',
    'default',
    'x/y',
    '*',
    '?',
    'src/a.ts',
  ),
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
);
const pattern = fc.oneof(name, fc.constantFrom('*', 'gpt-*', '*/claude-*', 'src/', '**/x/*', '[a-z]', 'a\\'));
const patterns = fc.array(pattern, { minLength: 1, maxLength: 5 });
const timestamp = fc.constantFrom(
  `${DAY}T00:00:00Z`,
  `${DAY}t23:59:59.999999z`,
  '2026-02-13T23:30:00-05:00',
  '2199-12-31T00:00:00Z',
);
const usd = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(0, 0.1, 5));
const lines = fc.constantFrom('1', '1-10,15', '7-9');
const count = fc.integer({ min: 0, max: 2_000_000_000 });
const number = fc.integer({ min: 1, max: 6 });
const expression = fc.constantFrom(
  'receipt.cost_usd > 5',
  'has(receipt.model) && receipt.model.startsWith("gpt")',
  'receipt.attributions.exists(a, a.line_count > 5)',
  'commit.lines.ai * 100 / commit.lines.added > 50',
  'commit.files.all(f, f.ai == 0)',
  'commit.ai_involved',
  '"backend" in teams && repo.contains("acme")',
);

const rule: fc.Arbitrary<Policy['rule']> = fc.oneof(
  fc.record({ max_cost_per_day: usd, per: fc.constantFrom('scope', 'person', 'team', 'repo') }),
  fc.record({ max_cost_per_month: usd }),
  patterns.map((allowed_models) => ({ allowed_models })),
  patterns.map((blocked_models) => ({ blocked_models })),
  patterns.map((allowed_providers) => ({ allowed_providers })),
  patterns.map((blocked_providers) => ({ blocked_providers })),
  count.map((require_review_above) => ({ require_review_above })),
  fc.integer({ min: 0, max: 100 }).map((max_ai_percentage) => ({ max_ai_percentage })),
  fc.integer({ min: 0, max: 100 }).map((require_receipts) => ({ require_receipts })),
  patterns.map((forbidden_paths) => ({ forbidden_paths })),
  expression.map((when) => ({ when })),
) as fc.Arbitrary<Policy['rule']>;

const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  id: fc.constant(null),
  version: fc.constant(1),
  name,
  rule,
  action: fc.constantFrom('warn', 'block'),
  enabled: fc.boolean(),
  on_error: fc.constantFrom('open', 'closed'),
  scope: fc.record(
    { teams: fc.array(name, { maxLength: 2 }), repos: fc.array(pattern, { maxLength: 2 }) },
    { requiredKeys: [] },
  ),
  valid_from: fc.option(timestamp),
  valid_until: fc.option(timestamp),
  exemptions: fc.array(
    fc.record(
      {
        reason: name,
        approver: name,
        expires_at: timestamp,
        repos: patterns,
        people: fc.array(name, { maxLength: 2 }),
        paths: patterns,
        commits: fc.array(number.map(oid), { maxLength: 2 }),
      },
      { requiredKeys: ['reason', 'approver', 'expires_at'] },
    ),
    { maxLength: 2 },
  ),
}) as fc.Arbitrary<Policy>;

const anyReceipt: fc.Arbitrary<EvaluatedReceipt> = fc.record({
  id: number.map(uuid),
  timestamp,
  provider: fc.option(name),
  model: fc.option(name),
  user_name: fc.option(name),
  user_email: fc.option(name),
  cost_usd: fc.option(usd),
  team: fc.option(name),
  attributions: fc.option(
    fc.array(fc.record({ commit: fc.option(number.map(oid)), path: fc.option(name), lines: fc.option(lines) }), {
      maxLength: 3,
    }),
  ),
});

const anyCommit: fc.Arbitrary<EvaluatedCommit> = fc.record({
  commit: number.map(oid),
  author_email: fc.option(name),
  is_merge: fc.option(fc.boolean()),
  has_receipts: fc.option(fc.boolean()),
  ai_involved: fc.option(fc.boolean()),
  lines: fc.option(fc.record({ added: count, deleted: count, ai: count, human: count, unknown: count })),
  files: fc.option(
    fc.array(fc.record({ path: name, added: count, ai: fc.oneof(lines, fc.constant('')) }), { maxLength: 3 }),
  ),
});

const anyChange: fc.Arbitrary<Change> = fc.record({
  repo: fc.oneof(fc.constant(REPO), name),
  teams: fc.array(name, { maxLength: 2 }),
  now: timestamp,
  receipts: fc.uniqueArray(anyReceipt, { selector: ({ id }) => id, maxLength: 4 }),
  commits: fc.uniqueArray(anyCommit, { selector: ({ commit }) => commit, maxLength: 3 }),
  state: fc.option(
    fc.record({
      as_of: timestamp,
      spend: fc.array(
        fc.record({
          policy: name,
          window: fc.constantFrom(DAY, '2026-02'),
          per: fc.option(name),
          usd,
        }),
        { maxLength: 3 },
      ),
      lines: fc.option(fc.record({ added: count, ai: count })),
    }),
    { nil: undefined },
  ),
});

const policies = fc
  .array(anyPolicy, { maxLength: 4 })
  .map((all) => all.filter((one) => checkPolicy(one).length === 0))
  .map((all) => all.map((one, n) => ({ ...one, name: `${one.name}${n}` })));

const checkVerdict = compileBody(Verdict);
const checkFields = compileBody(Strict(policyFields));

test('any policies give any change a verdict that fits its schema', (t) => {
  fc.assert(
    fc.property(policies, anyChange, (all, given) => {
      const verdict = evaluate(compilePolicies(all), given);
      t.deepEqual(checkVerdict(JSON.parse(JSON.stringify(verdict))).faults ?? [], []);
      const blocks = verdict.violations.some(({ action }) => action === 'block');
      t.is(verdict.verdict, blocks ? 'block' : verdict.violations.length > 0 ? 'warn' : 'pass');
    }),
    { numRuns: 500 },
  );
});

test('the policies made up for these tests fit the schema, each rule among them', (t) => {
  const seen = new Set<string>();
  for (const { id, version, ...fields } of fc.sample(anyPolicy, { numRuns: 300, seed: 4 })) {
    t.deepEqual(checkFields(JSON.parse(JSON.stringify(fields))).faults ?? [], []);
    seen.add(Object.keys(fields.rule).find((key) => key !== 'per')!);
  }
  t.deepEqual([...seen].sort(), Object.keys(RULES).sort());
});

test('the order of receipts and policies changes nothing', (t) => {
  fc.assert(
    fc.property(policies, anyChange, fc.infiniteStream(fc.nat()), (all, given, random) => {
      const shuffled = <T>(items: readonly T[]) =>
        items
          .map((item) => ({ item, at: random.next().value! }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item);
      const verdict = evaluate(compilePolicies(all), given);
      const other = evaluate(compilePolicies(shuffled(all)), { ...given, receipts: shuffled(given.receipts) });
      t.deepEqual(other, verdict);
    }),
    { numRuns: 300 },
  );
});

test('policies that are switched off find nothing', (t) => {
  fc.assert(
    fc.property(policies, anyChange, (all, given) => {
      const off = all.map((one) => ({ ...one, enabled: false }));
      t.deepEqual(evaluate(compilePolicies(off), given), {
        verdict: 'pass',
        violations: [],
        exempted: [],
        not_evaluated: [],
      });
    }),
  );
});

test('another receipt takes back no blocked model', (t) => {
  const models = patterns.filter((all) => all.every((one) => one.trim() !== '')); // a policy with a blank one is refused
  fc.assert(
    fc.property(models, anyChange, anyReceipt, (blocked_models, given, receipt) => {
      const compiled = compilePolicies([policy({ blocked_models })]);
      const ids = (receipts: readonly EvaluatedReceipt[]) =>
        evaluate(compiled, { ...given, receipts }).violations.map(({ receipt_id }) => receipt_id);
      const before = ids(given.receipts);
      const after = ids([...given.receipts, { ...receipt, id: uuid(99) }]);
      t.deepEqual(
        before.filter((id) => !after.includes(id)),
        [],
      );
    }),
  );
});

test('two batches with what was spent carried over cross a limit where one batch does', (t) => {
  const cents = fc.integer({ min: 0, max: 1_000 }).map((value) => value / 100);
  fc.assert(
    fc.property(fc.array(cents, { maxLength: 12 }), fc.nat(12), cents, (costs, cut, limit) => {
      const compiled = compilePolicies([policy({ max_cost_per_day: limit })]);
      const receipts = costs.map((cost_usd, n) => receipt(n, { cost_usd }));
      const crossing = (some: EvaluatedReceipt[], before: number) =>
        evaluate(compiled, change({ receipts: some, state: state([[DAY, null, before]]) })).violations.map(
          ({ receipt_id }) => receipt_id,
        );
      const spent = costs.slice(0, cut).reduce((sum, cost) => sum + cost, 0);
      const [first = null] = crossing(receipts.slice(0, cut), 0);
      const [second = null] = crossing(receipts.slice(cut), spent);
      const [whole = null] = crossing(receipts, 0);
      t.is(first ?? second, whole);
    }),
    { numRuns: 500 },
  );
});
