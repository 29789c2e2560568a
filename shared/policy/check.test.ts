import test from 'ava';
import type { Policy } from '../api/policies.js';
import { checkPolicy } from './check.js';
import { change, exemption, policy, receipt } from './conformance/case.js';
import { PolicyError } from './errors.js';
import { compilePolicies, evaluate } from './evaluate.js';

const CASES: [title: string, policy: Policy, pointers: string[]][] = [
  ['a good policy has no faults', policy({ forbidden_paths: ['crypto/**', '/keys', '*.pem', 'a\\!b'] }), []],
  ['an expression that does not parse', policy({ when: 'receipt.' }), ['/rule/when']],
  ['an expression without a bound', policy({ when: 'repo.matches("x")' }), ['/rule/when']],
  ['a pattern that takes back another', policy({ forbidden_paths: ['src/', '!src/a'] }), ['/rule/forbidden_paths/1']],
  [
    'paths that name nothing',
    policy({ forbidden_paths: ['/', '//', ' '] }),
    [0, 1, 2].map((n) => `/rule/forbidden_paths/${n}`),
  ],
  [
    'paths that leave the root',
    policy({ forbidden_paths: ['../x', 'a/./b'] }),
    [0, 1].map((n) => `/rule/forbidden_paths/${n}`),
  ],
  ['blank names', policy({ allowed_models: ['gpt-5', ' '] }), ['/rule/allowed_models/1']],
  ['a blank repository', policy({ max_ai_percentage: 1 }, { scope: { repos: [' '] } }), ['/scope/repos/0']],
  [
    'exemptions with patterns that mean nothing',
    policy({ max_ai_percentage: 1 }, { exemptions: [exemption(), exemption({ repos: [' '], paths: ['!a'] })] }),
    ['/exemptions/1/repos/0', '/exemptions/1/paths/0'],
  ],
  [
    'a validity that ends before it begins, in whatever time zone',
    policy({ max_ai_percentage: 1 }, { valid_from: '2026-02-14T00:00:00Z', valid_until: '2026-02-14T00:30:00+01:00' }),
    ['/valid_until'],
  ],
  ['a validity without an end', policy({ max_ai_percentage: 1 }, { valid_from: '2026-02-14T00:00:00Z' }), []],
];

for (const [title, given, pointers] of CASES) {
  test(title, (t) => {
    const faults = checkPolicy(given);
    t.deepEqual(
      faults.map(({ pointer }) => pointer),
      pointers,
    );
    t.true(faults.every(({ message }) => message.length > 5));
  });
}

test('policies that cannot be made ready name policy and field', (t) => {
  const bad = (one: Policy) =>
    t.throws(() => compilePolicies([policy({ max_ai_percentage: 5 }), one]), { instanceOf: PolicyError });
  const expression = bad(policy({ when: 'receipt.nope == 1' }, { name: 'strange' }));
  t.is(expression.message, 'Policy "strange", rule/when: No such key: nope.');
  t.deepEqual(expression.faults, [{ pointer: '/rule/when', message: 'No such key: nope' }]);
  t.true(expression.cause instanceof Error);
  const glob = bad(policy({ forbidden_paths: ['ok', '!x', '/'] }, { name: 'globs' }));
  t.regex(glob.message, /^Policy "globs", rule\/forbidden_paths\/1: cannot take back .* \(and 1 more\)\.$/);
});

test('a rule of a later version is not evaluated and stops nothing', (t) => {
  const later = policy({ max_karma: [1, 2] } as never, { name: 'later' });
  const verdict = evaluate(
    compilePolicies([later, policy({ blocked_models: ['claude'] })]),
    change({ receipts: [receipt(1)] }),
  );
  t.is(verdict.violations.length, 1);
  t.deepEqual(verdict.not_evaluated, [
    { policy: 'later', rule: 'max_karma', reason: 'this version knows no rule max_karma' },
  ]);
});
