import test from 'ava';
import type { EvaluatedReceipt, PolicyInput } from '../api/policies.js';
import { MAX_STEPS } from './budget.js';
import { change, commit, exemption, policy, REPO, receipt, uuid } from './conformance/case.js';
import { compilePolicies, evaluate, MAX_VIOLATIONS } from './evaluate.js';
import { TOO_MUCH } from './finding.js';

const BOMB = `${'*a'.repeat(140)}*b`;
const receipts = (count: number, describe: (n: number) => Partial<EvaluatedReceipt>) =>
  Array.from({ length: count }, (_, n) => ({ ...receipt(0), id: uuid(n), ...describe(n) }));
const copies = (count: number, rule: PolicyInput['rule'], other = {}) =>
  Array.from({ length: count }, (_, n) => policy(rule, { name: `policy ${String(n).padStart(3, '0')}`, ...other }));

test('patterns that backtrack take no time', (t) => {
  const deep = `${'a/'.repeat(2_000)}c`;
  const policies = [
    policy({ blocked_models: [BOMB, `/${BOMB}`, '?*'.repeat(100)] }, { name: 'models' }),
    policy({ forbidden_paths: [BOMB, `${'**/*a*/'.repeat(40)}b`, '[a-'.repeat(99)] }, { name: 'paths' }),
    policy({ allowed_models: ['*'] }, { name: 'scope', scope: { repos: [BOMB] } }),
    policy({ allowed_models: ['x'] }, { name: 'exempt', exemptions: [exemption({ paths: [BOMB], repos: ['*'] })] }),
  ];
  const verdict = evaluate(
    compilePolicies(policies),
    change({
      repo: 'a'.repeat(300),
      receipts: [receipt(1, { model: 'a'.repeat(200), attributions: [{ path: deep }, { path: 'a'.repeat(4_000) }] })],
    }),
  );
  t.deepEqual(
    verdict.violations.map(({ policy: name }) => name),
    ['exempt', 'models'],
  );
  t.deepEqual(verdict.not_evaluated, []);
});

test('names and paths of any length are judged, and cut where they are told', (t) => {
  const long = 'x'.repeat(100_000);
  const { violations } = evaluate(
    compilePolicies([
      policy({ allowed_models: ['claude-*'] }, { name: 'a' }),
      policy({ forbidden_paths: ['*'] }, { name: 'b' }),
      policy({ max_cost_per_day: 0, per: 'person' }, { name: 'c' }),
    ]),
    change({
      repo: long,
      receipts: [
        receipt(1, {
          model: long,
          user_email: long,
          cost_usd: 1,
          attributions: [{ path: long, lines: '1,3,5'.repeat(1) }],
        }),
      ],
    }),
  );
  t.is(violations.length, 3);
  for (const { message } of violations) t.true(message.length < 1_000, message);
});

test('what is too large together is not evaluated, and said so for each policy', (t) => {
  const patterns = Array.from({ length: 200 }, (_, n) => `family-${n}`);
  const many = receipts(10_000, (n) => ({ model: `model-${n}` }));
  const policies = copies(500, { blocked_models: patterns });
  const { verdict, not_evaluated } = evaluate(compilePolicies(policies), change({ receipts: many }));
  t.is(verdict, 'pass');
  t.true(not_evaluated.length >= 490, `${not_evaluated.length}`);
  t.true(not_evaluated.every(({ reason }) => reason === TOO_MUCH));
  const closed = policies.map((one) => ({ ...one, action: 'block' as const, on_error: 'closed' as const }));
  t.is(evaluate(compilePolicies(closed), change({ receipts: many })).verdict, 'block');
});

test('the scope of too many policies is not found out, and said so', (t) => {
  const repos = Array.from({ length: 100 }, () => BOMB);
  const policies = copies(500, { require_review_above: 5 }, { scope: { repos } });
  const { not_evaluated } = evaluate(compilePolicies(policies), change({ repo: 'a'.repeat(300) }));
  t.true(not_evaluated.length > 0 && not_evaluated.length < 500, `${not_evaluated.length}`);
  t.is(not_evaluated[0]!.reason, TOO_MUCH);
});

test('an expression through long lists is not asked', (t) => {
  const attributions = Array.from({ length: 20_000 }, (_, n) => ({ path: `src/${n}.ts` }));
  const loop = { when: `receipt.attributions.exists(a, ${'a.path == "x" || '.repeat(40)} false)` };
  const many = receipts(MAX_STEPS / 20_000, () => ({ attributions }));
  const { not_evaluated } = evaluate(compilePolicies([policy(loop)]), change({ receipts: many }));
  t.deepEqual(not_evaluated, [{ policy: 'policy', rule: 'when', reason: TOO_MUCH }]);
});

test('one policy lists a bounded number of violations and says how many more there are', (t) => {
  const many = receipts(MAX_VIOLATIONS + 234, () => ({}));
  const { verdict, violations, not_evaluated } = evaluate(
    compilePolicies([policy({ blocked_models: ['claude'] }, { on_error: 'closed' })]),
    change({ receipts: many }),
  );
  t.is(verdict, 'warn');
  t.is(violations.length, MAX_VIOLATIONS);
  t.deepEqual(not_evaluated, [
    { policy: 'policy', rule: 'blocked_models', reason: '234 more violations are not listed' },
  ]);
});

test('a policy that blocks is heard however much others found', (t) => {
  const many = receipts(2_000, () => ({}));
  const policies = [
    ...copies(30, { blocked_models: ['claude'] }),
    policy({ blocked_models: ['claude-opus'] }, { name: 'z', action: 'block' }),
  ];
  const { verdict, violations } = evaluate(compilePolicies(policies), change({ receipts: many }));
  t.is(verdict, 'block');
  t.true(violations.length < 11_000);
  t.is(violations.at(-1)!.policy, 'z');
});

test('a commit of very many files is judged in a time that grows with them', (t) => {
  const files = Array.from({ length: 20_000 }, (_, n) => ({ path: `src/${n}.ts`, added: 2, ai: '1-2' }));
  const exemptions = Array.from({ length: 50 }, (_, n) =>
    exemption({ people: ['dev@example.com'], paths: [`src/${n}.ts`] }),
  );
  const { violations, exempted } = evaluate(
    compilePolicies([policy({ forbidden_paths: ['src/'] }, { exemptions })]),
    change({ commits: [commit(1, 40_000, { files })] }),
  );
  t.is(violations.length, MAX_VIOLATIONS);
  t.is(exempted.length, 50);
});

test('a name that is a property of every object is a name like others', (t) => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const { violations, not_evaluated } = evaluate(
    compilePolicies([
      policy({ max_cost_per_day: 0, per: 'person' }, { name: '__proto__' }),
      policy({ blocked_models: names }, { name: 'constructor' }),
    ]),
    change({
      repo: REPO,
      receipts: names.map((name, n) => receipt(n, { model: name, user_email: null, user_name: name, cost_usd: 1 })),
    }),
  );
  t.is(violations.length, 8);
  t.deepEqual(not_evaluated, []);
});
