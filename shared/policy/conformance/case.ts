import type {
  EvaluatedCommit,
  EvaluatedReceipt,
  Exemption,
  Policy,
  PolicyInput,
  PolicyState,
  Verdict,
  Violation,
} from '../../api/policies.js';
import type { Change } from '../input.js';

/** One row of the table: a change judged by policies, and what has to come out, wherever it is judged. */
export interface ConformanceCase {
  /** A sentence. */
  name: string;
  policies: Policy[];
  change: Change;
  expected: {
    verdict: Verdict['verdict'];
    /** What has to be in each violation, in this order; no others. */
    violations?: Partial<Violation>[];
    exempted?: Partial<Violation>[];
    /** Names of the policies that could not be evaluated. */
    not_evaluated?: string[];
  };
}

export const DAY = '2026-02-14';
export const REPO = 'git.example.com/acme/app';

/** `oid(1)`: a commit's name. */
export const oid = (n: number): string => n.toString(16).padStart(40, '0');

/** `uuid(1)`: a receipt's id. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A policy called `policy` that warns, where nothing else is said. */
export const policy = (rule: PolicyInput['rule'], other: Partial<Policy> = {}): Policy => ({
  id: null,
  version: 1,
  name: 'policy',
  action: 'warn',
  enabled: true,
  ...other,
  rule,
});

export const change = (other: Partial<Change> = {}): Change => ({
  repo: REPO,
  teams: ['backend'],
  now: `${DAY}T18:00:00Z`,
  receipts: [],
  commits: [],
  ...other,
});

/** The nth receipt, of noon and n minutes, by dev@example.com with Claude Opus. */
export const receipt = (n: number, other: Partial<EvaluatedReceipt> = {}): EvaluatedReceipt => ({
  id: uuid(n),
  timestamp: `${DAY}T12:${String(n).padStart(2, '0')}:00Z`,
  tool: 'claude-code',
  provider: 'anthropic',
  model: 'claude-opus-4-6',
  user_name: 'Dev',
  user_email: 'dev@example.com',
  ...other,
});

/** The nth commit, of 100 lines, `ai` of them by AI. */
export const commit = (n: number, ai: number, other: Partial<EvaluatedCommit> = {}): EvaluatedCommit => ({
  commit: oid(n),
  author_name: 'Dev',
  author_email: 'dev@example.com',
  has_receipts: true,
  lines: { added: 100, deleted: 0, ai, human: 0, unknown: 100 - ai },
  ...other,
});

/** What was spent of the policy called `policy`, taken on the day. */
export const state = (
  spend: [window: string, per: string | null, usd: number][],
  lines: PolicyState['lines'] = null,
): PolicyState => ({
  as_of: `${DAY}T06:00:00Z`,
  spend: spend.map(([window, per, usd]) => ({ policy: 'policy', window, per, usd })),
  lines,
});

/** An exemption in force, of everything where nothing is said. */
export const exemption = (other: Partial<Exemption> = {}): Exemption => ({
  reason: 'agreed in the review',
  approver: 'lead@example.com',
  expires_at: '2199-01-01T00:00:00Z',
  ...other,
});
