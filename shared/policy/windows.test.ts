import test from 'ava';
import { change, DAY, policy, REPO, receipt } from './conformance/case.js';
import { compilePolicies, policiesInForce } from './evaluate.js';
import { dayOf, monthOf, spendKeys } from './windows.js';

test('days and months are those of UTC', (t) => {
  t.is(dayOf('2026-02-14T23:59:59.999999Z'), '2026-02-14');
  t.is(dayOf('2026-02-14T23:30:00-01:00'), '2026-02-15');
  t.is(dayOf('2026-03-01t00:30:00+01:00'), '2026-02-28');
  t.is(monthOf('2026-03-01T00:30:00+01:00'), '2026-02');
  t.is(monthOf('2026-12-31T23:00:00-05:00'), '2027-01');
});

test('an evaluation asks for the sums its receipts with a cost count towards, each once', (t) => {
  const receipts = [
    receipt(1, { cost_usd: 1 }),
    receipt(2, { cost_usd: 1, user_email: 'ANN@example.com', team: 'mobile' }),
    receipt(3, { cost_usd: 1, timestamp: '2026-03-01T00:00:00Z' }),
    receipt(4, { cost_usd: null, timestamp: '2026-04-01T00:00:00Z' }),
    receipt(5, { cost_usd: 1, user_email: null, user_name: null }),
  ];
  const keys = (rule: Parameters<typeof policy>[0]) =>
    spendKeys(policy(rule), change({ receipts })).map(({ window, per }) => [window, per]);
  t.deepEqual(keys({ max_cost_per_day: 5 }), [
    [DAY, null],
    ['2026-03-01', null],
  ]);
  t.deepEqual(keys({ max_cost_per_month: 5, per: 'person' }), [
    ['2026-02', 'dev@example.com'],
    ['2026-02', 'ann@example.com'],
    ['2026-03', 'dev@example.com'],
  ]);
  t.deepEqual(keys({ max_cost_per_month: 5, per: 'team' }), [
    ['2026-02', 'backend'],
    ['2026-02', 'mobile'],
    ['2026-03', 'backend'],
  ]);
  t.deepEqual(keys({ max_cost_per_month: 5, per: 'repo' }), [
    ['2026-02', REPO],
    ['2026-03', REPO],
  ]);
  t.deepEqual(keys({ blocked_models: ['x'] }), []);
});

test('the policies in force are those that would be judged', (t) => {
  const rule = { max_cost_per_day: 5 };
  const compiled = compilePolicies([
    policy(rule, { name: 'b' }),
    policy(rule, { name: 'a' }),
    policy(rule, { name: 'off', enabled: false }),
    policy(rule, { name: 'over', valid_until: '2001-01-01T00:00:00Z' }),
    policy(rule, { name: 'others', scope: { teams: ['mobile'] } }),
  ]);
  t.deepEqual(
    policiesInForce(compiled, change()).map(({ name }) => name),
    ['a', 'b'],
  );
});
