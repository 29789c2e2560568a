import { type ConformanceCase, change, commit, oid, policy, REPO, receipt, uuid } from './case.js';

const when = (text: string) => policy({ when: text });

export const EXPRESSIONS: ConformanceCase[] = [
  {
    name: 'an expression over receipts is asked of each of them',
    policies: [when('receipt.tool == "cursor" && receipt.cost_usd > 3.0')],
    change: change({
      receipts: [
        receipt(1, { tool: 'cursor', cost_usd: 2 }),
        receipt(2, { tool: 'cursor', cost_usd: 4 }),
        receipt(3, { cost_usd: 9 }),
      ],
    }),
    expected: { verdict: 'warn', violations: [{ rule: 'when', value: true, receipt_id: uuid(2) }] },
  },
  {
    name: 'an expression over commits is asked of each of them',
    policies: [policy({ when: 'commit.lines.ai * 2 > commit.lines.added' }, { action: 'block' })],
    change: change({ commits: [commit(1, 50), commit(2, 51)] }),
    expected: { verdict: 'block', violations: [{ commit: oid(2), receipt_id: null }] },
  },
  {
    name: 'an expression over the repository and its teams is asked once',
    policies: [when('repo.startsWith("git.example.com/") && "backend" in teams')],
    change: change({ receipts: [receipt(1), receipt(2)] }),
    expected: { verdict: 'warn', violations: [{ repo: REPO, commit: null, receipt_id: null }] },
  },
  {
    name: 'a field that nobody recorded is null',
    policies: [when('receipt.model == null')],
    change: change({ receipts: [receipt(1), receipt(2, { model: null }), receipt(3, { model: 'default' })] }),
    expected: { verdict: 'warn', violations: [{ receipt_id: uuid(2) }, { receipt_id: uuid(3) }] },
  },
  {
    name: 'has() tells whether a field was recorded',
    policies: [when('has(receipt.cost_usd) && receipt.cost_usd > 3.0')],
    change: change({ receipts: [receipt(1), receipt(2, { cost_usd: 4 }), receipt(3, { cost_usd: null })] }),
    expected: { verdict: 'warn', violations: [{ receipt_id: uuid(2) }] },
  },
  {
    name: 'where null is compared with a number the receipt cannot be judged, and the others are',
    policies: [when('receipt.cost_usd > 3.0')],
    change: change({ receipts: [receipt(1, { cost_usd: 4 }), receipt(2)] }),
    expected: { verdict: 'warn', violations: [{ receipt_id: uuid(1) }], not_evaluated: ['policy'] },
  },
  {
    name: 'an expression that fails is no crash, and a violation where the policy fails closed',
    policies: [policy({ when: 'commit.lines.ai / commit.lines.added > 2' }, { on_error: 'closed' })],
    change: change({ commits: [commit(1, 0, { lines: { added: 0, deleted: 9, ai: 0, human: 0, unknown: 0 } })] }),
    expected: { verdict: 'warn', violations: [{ rule: 'when', value: null }], not_evaluated: ['policy'] },
  },
  {
    name: 'an expression goes through the files of a commit',
    policies: [when('has(commit.files) && commit.files.exists(f, f.path.startsWith("infra/") && f.ai > 2)')],
    change: change({
      commits: [
        commit(1, 3, { files: [{ path: 'infra/a.tf', added: 3, ai: '1-3' }] }),
        commit(2, 2, { files: [{ path: 'infra/a.tf', added: 2, ai: '1-2' }] }),
        commit(3, 9),
      ],
    }),
    expected: { verdict: 'warn', violations: [{ commit: oid(1) }] },
  },
  {
    name: 'an expression goes through the attributions of a receipt',
    policies: [when('receipt.attributions.filter(a, a.line_count > 10).size() > 1')],
    change: change({
      receipts: [
        receipt(1, {
          attributions: [
            { path: 'a.ts', lines: '1-20' },
            { path: 'b.ts', lines: '1-11' },
          ],
        }),
        receipt(2, { attributions: [{ path: 'a.ts', lines: '1-20' }] }),
      ],
    }),
    expected: { verdict: 'warn', violations: [{ receipt_id: uuid(1) }] },
  },
  {
    name: 'an expression knows the time of a receipt in UTC',
    policies: [when('receipt.timestamp.getDayOfWeek() in [0, 6] || receipt.timestamp.getHours() < 6')],
    change: change({
      receipts: [
        receipt(1, { timestamp: '2026-02-13T12:00:00Z' }),
        receipt(2, { timestamp: '2026-02-14T12:00:00Z' }),
        receipt(3, { timestamp: '2026-02-16T05:30:00+02:00' }),
      ],
    }),
    expected: { verdict: 'warn', violations: [{ receipt_id: uuid(2) }, { receipt_id: uuid(3) }] },
  },
  {
    name: 'an expression over receipts has nothing to say of a change without any',
    policies: [when('receipt.model != "claude-opus-4-6"')],
    change: change({ commits: [commit(1, 5)] }),
    expected: { verdict: 'pass' },
  },
];
