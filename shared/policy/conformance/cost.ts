import { type ConformanceCase, change, commit, DAY, oid, policy, REPO, receipt, state, uuid } from './case.js';

const DAYS = { max_cost_per_day: 10 };
const none = state([[DAY, null, 0]]);

export const COST: ConformanceCase[] = [
  {
    name: 'a day below its limit passes',
    policies: [policy(DAYS)],
    change: change({ receipts: [receipt(1, { cost_usd: 4 }), receipt(2, { cost_usd: 5 })], state: none }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a day exactly at its limit passes, whatever the last digits of the sum are',
    policies: [policy({ max_cost_per_day: 0.3 })],
    change: change({ receipts: [receipt(1, { cost_usd: 0.1 }), receipt(2, { cost_usd: 0.2 })], state: none }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a day above its limit names the receipt that crosses it',
    policies: [policy(DAYS, { action: 'block' })],
    change: change({
      receipts: [receipt(3, { cost_usd: 5 }), receipt(1, { cost_usd: 4 }), receipt(2, { cost_usd: 4 })],
      state: none,
    }),
    expected: {
      verdict: 'block',
      violations: [
        { rule: 'max_cost_per_day', limit: 10, value: 13, window: DAY, subject: null, receipt_id: uuid(3), repo: REPO },
      ],
    },
  },
  {
    name: 'what was spent before counts',
    policies: [policy(DAYS)],
    change: change({
      receipts: [receipt(1, { cost_usd: 0.5 }), receipt(2, { cost_usd: 1 })],
      state: state([[DAY, null, 9]]),
    }),
    expected: { verdict: 'warn', violations: [{ value: 10.5, receipt_id: uuid(2) }] },
  },
  {
    name: 'a limit that was crossed before is crossed still, by no receipt of the change',
    policies: [policy(DAYS)],
    change: change({ receipts: [receipt(1, { cost_usd: 0.25 })], state: state([[DAY, null, 12]]) }),
    expected: { verdict: 'warn', violations: [{ value: 12.25, receipt_id: null }] },
  },
  {
    name: 'a sum is told in cents, upwards',
    policies: [policy(DAYS)],
    change: change({ receipts: [receipt(1, { cost_usd: 10.001 })], state: none }),
    expected: { verdict: 'warn', violations: [{ value: 10.01 }] },
  },
  {
    name: 'days are days of UTC, and each is judged by itself',
    policies: [policy(DAYS)],
    change: change({
      receipts: [
        receipt(1, { timestamp: '2026-02-14T23:30:00-01:00', cost_usd: 11 }),
        receipt(2, { timestamp: '2026-02-14T23:30:00Z', cost_usd: 9 }),
      ],
      state: state([
        [DAY, null, 0],
        ['2026-02-15', null, 0],
      ]),
    }),
    expected: { verdict: 'warn', violations: [{ window: '2026-02-15', value: 11, receipt_id: uuid(1) }] },
  },
  {
    name: 'a month adds up its days',
    policies: [policy({ max_cost_per_month: 10 })],
    change: change({
      receipts: [
        receipt(1, { timestamp: '2026-02-01T00:00:00Z', cost_usd: 6 }),
        receipt(2, { timestamp: '2026-02-28T23:59:59Z', cost_usd: 6 }),
        receipt(3, { timestamp: '2026-03-01T00:00:00Z', cost_usd: 6 }),
      ],
      state: state([
        ['2026-02', null, 0],
        ['2026-03', null, 0],
      ]),
    }),
    expected: {
      verdict: 'warn',
      violations: [{ rule: 'max_cost_per_month', window: '2026-02', value: 12, receipt_id: uuid(2) }],
    },
  },
  {
    name: 'per person, each by the e-mail however it is written',
    policies: [policy({ max_cost_per_day: 10, per: 'person' })],
    change: change({
      receipts: [
        receipt(1, { user_email: 'Ann@example.com', cost_usd: 6 }),
        receipt(2, { user_email: 'ben@example.com', cost_usd: 9 }),
        receipt(3, { user_email: 'ann@Example.com', cost_usd: 6 }),
      ],
      state: state([
        [DAY, 'ann@example.com', 0],
        [DAY, 'ben@example.com', 0],
      ]),
    }),
    expected: { verdict: 'warn', violations: [{ subject: 'ann@example.com', value: 12, receipt_id: uuid(3) }] },
  },
  {
    name: 'per person, a receipt that names nobody cannot be judged',
    policies: [policy({ max_cost_per_day: 10, per: 'person' })],
    change: change({ receipts: [receipt(1, { user_email: null, user_name: null, cost_usd: 50 })], state: none }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
  {
    name: 'per team, by the team of the receipt, else by the only team of the change',
    policies: [policy({ max_cost_per_day: 10, per: 'team' })],
    change: change({
      receipts: [
        receipt(1, { team: 'mobile', cost_usd: 8 }),
        receipt(2, { cost_usd: 8 }),
        receipt(3, { team: 'backend', cost_usd: 8 }),
      ],
      state: state([
        [DAY, 'mobile', 0],
        [DAY, 'backend', 0],
      ]),
    }),
    expected: { verdict: 'warn', violations: [{ subject: 'backend', value: 16, receipt_id: uuid(3) }] },
  },
  {
    name: 'per team, nobody knows which of several teams pays',
    policies: [policy({ max_cost_per_day: 10, per: 'team' })],
    change: change({ teams: ['backend', 'mobile'], receipts: [receipt(1, { cost_usd: 50 })], state: none }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
  {
    name: 'per repository',
    policies: [policy({ max_cost_per_month: 10, per: 'repo' }, { action: 'block' })],
    change: change({ receipts: [receipt(1, { cost_usd: 2 })], state: state([['2026-02', REPO, 9]]) }),
    expected: { verdict: 'block', violations: [{ subject: REPO, window: '2026-02', value: 11 }] },
  },
  {
    name: 'an unknown cost counts nothing',
    policies: [policy(DAYS)],
    change: change({
      receipts: [receipt(1, { cost_usd: null }), receipt(2), receipt(3, { cost_usd: 10 })],
      state: none,
    }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a window that no receipt of the change costs anything in is not looked at',
    policies: [policy(DAYS)],
    change: change({ receipts: [receipt(1)], commits: [commit(1, 5)], state: state([[DAY, null, 99]]) }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'without state a cost cannot be judged',
    policies: [policy(DAYS)],
    change: change({ receipts: [receipt(1, { cost_usd: 4 })] }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
  {
    name: 'without state a change that is above the limit by itself is above it for sure',
    policies: [policy(DAYS)],
    change: change({ receipts: [receipt(1, { cost_usd: 11 })] }),
    expected: { verdict: 'warn', violations: [{ value: 11, receipt_id: uuid(1) }] },
  },
  {
    name: 'a state that does not speak of the person is no state',
    policies: [policy({ max_cost_per_day: 10, per: 'person' })],
    change: change({ receipts: [receipt(1, { cost_usd: 4 })], state: state([[DAY, 'ann@example.com', 0]]) }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
  {
    name: 'a day that began after the state was taken starts at nothing',
    policies: [policy(DAYS)],
    change: change({
      receipts: [receipt(1, { timestamp: '2026-02-15T08:00:00Z', cost_usd: 9 })],
      state: state([[DAY, null, 9]]),
    }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a day before the state was taken, which it does not speak of, cannot be judged',
    policies: [policy(DAYS)],
    change: change({
      receipts: [receipt(1, { timestamp: '2026-02-13T08:00:00Z', cost_usd: 9 })],
      state: state([[DAY, null, 9]]),
    }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
  {
    name: 'fail-closed, what cannot be judged is a violation, too',
    policies: [policy(DAYS, { action: 'block', on_error: 'closed' })],
    change: change({ receipts: [receipt(1, { cost_usd: 4 })], commits: [commit(1, 5, { commit: oid(1) })] }),
    expected: {
      verdict: 'block',
      violations: [{ rule: 'max_cost_per_day', action: 'block', value: null, receipt_id: null }],
      not_evaluated: ['policy'],
    },
  },
];
