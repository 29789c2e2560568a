import { type ConformanceCase, change, commit, oid, policy, receipt, state } from './case.js';

const REVIEW = { require_review_above: 100 };
const SHARE = { max_ai_percentage: 50 };

const LONG = { added: 200, deleted: 0, ai: 101, human: 0, unknown: 99 };

export const LINES: ConformanceCase[] = [
  {
    name: 'as many AI lines as need no review pass',
    policies: [policy(REVIEW)],
    change: change({ commits: [commit(1, 60), commit(2, 40)] }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'more AI lines need a review, and the largest commit is named',
    policies: [policy(REVIEW, { action: 'block' })],
    change: change({ commits: [commit(1, 40), commit(2, 61)] }),
    expected: {
      verdict: 'block',
      violations: [{ rule: 'require_review_above', limit: 100, value: 101, commit: oid(2), path: null }],
    },
  },
  {
    name: 'merges repeat lines and do not count',
    policies: [policy(REVIEW)],
    change: change({ commits: [commit(1, 60), commit(2, 60, { is_merge: true })] }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'before the commit the lines of receipts count, and what two of them account for counts once',
    policies: [policy(REVIEW)],
    change: change({
      receipts: [
        receipt(1, { attributions: [{ path: 'a.ts', lines: '1-80' }] }),
        receipt(2, {
          attributions: [
            { path: 'a.ts', lines: '50-100' },
            { path: 'b.ts', lines: '3' },
          ],
        }),
      ],
    }),
    expected: { verdict: 'warn', violations: [{ value: 101, commit: null }] },
  },
  {
    name: 'lines of a file that nobody counted cannot be judged',
    policies: [policy(REVIEW)],
    change: change({ receipts: [receipt(1, { attributions: [{ path: 'a.ts' }, { path: 'b.ts', lines: '1-9' }] })] }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
  {
    name: 'what is counted can be enough for a violation',
    policies: [policy(REVIEW)],
    change: change({ commits: [commit(1, 0, { lines: null }), commit(2, 101, { lines: LONG })] }),
    expected: { verdict: 'warn', violations: [{ value: 101 }] },
  },
  {
    name: 'a commit whose lines nobody counted cannot be judged',
    policies: [policy(REVIEW), policy(SHARE, { name: 'share' })],
    change: change({ commits: [commit(1, 10, { lines: null }), commit(2, 10)] }),
    expected: { verdict: 'pass', not_evaluated: ['policy', 'share'] },
  },
  {
    name: 'a repository exactly at its AI share passes',
    policies: [policy(SHARE)],
    change: change({ commits: [commit(1, 80)], state: state([], { added: 900, ai: 420 }) }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a repository above its AI share with the change is a violation',
    policies: [policy(SHARE, { action: 'block' })],
    change: change({ commits: [commit(1, 81)], state: state([], { added: 900, ai: 420 }) }),
    expected: { verdict: 'block', violations: [{ rule: 'max_ai_percentage', limit: 50, value: 50.1, commit: oid(1) }] },
  },
  {
    name: 'much AI in a small change is no matter to a large repository',
    policies: [policy(SHARE)],
    change: change({ commits: [commit(1, 100)], state: state([], { added: 9_000, ai: 100 }) }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'without the share of the repository the change is judged alone',
    policies: [policy(SHARE)],
    change: change({ commits: [commit(1, 100), commit(2, 1)], state: state([]) }),
    expected: { verdict: 'warn', violations: [{ value: 50.5 }] },
  },
  {
    name: 'a change without AI lines breaks no share, however high it is',
    policies: [policy({ max_ai_percentage: 0 })],
    change: change({ commits: [commit(1, 0)], state: state([], { added: 100, ai: 100 }) }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'before the commit a share has nothing to say',
    policies: [policy(SHARE, { action: 'block', on_error: 'closed' })],
    change: change({ receipts: [receipt(1, { attributions: [{ path: 'a.ts', lines: '1-80' }] })] }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'enough commits with receipts pass',
    policies: [policy({ require_receipts: 50 })],
    change: change({ commits: [commit(1, 5), commit(2, 0, { has_receipts: false, ai_involved: true })] }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'too few commits with receipts are a violation, and the first without is named',
    policies: [policy({ require_receipts: 90 }, { action: 'block' })],
    change: change({
      commits: [
        commit(1, 5),
        commit(2, 0, { has_receipts: false, ai_involved: true }),
        commit(3, 0, { has_receipts: null, ai_involved: true }),
      ],
    }),
    expected: {
      verdict: 'block',
      violations: [{ rule: 'require_receipts', limit: 90, value: 33.33, commit: oid(2) }],
    },
  },
  {
    name: 'commits that AI took no part in need no receipts',
    policies: [policy({ require_receipts: 100 })],
    change: change({
      commits: [commit(1, 0, { has_receipts: false }), commit(2, 0, { has_receipts: false, ai_involved: false })],
    }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a commit that a receipt of the change accounts for has receipts',
    policies: [policy({ require_receipts: 100 })],
    change: change({
      receipts: [receipt(1, { attributions: [{ commit: oid(1) }] })],
      commits: [commit(1, 0, { has_receipts: null, ai_involved: true })],
    }),
    expected: { verdict: 'pass' },
  },
];
