import type { EvaluatedCommit, EvaluatedReceipt, PolicyState } from '../api/policies.js';

/** A change to be judged: the receipts and commits of a batch, a push, a pull request, or what is staged. */
export interface Change {
  /** Normalised name of the repository (repo-name.ts). */
  repo: string;
  /** Slugs of the teams that the repository or the author belongs to. */
  teams: readonly string[];
  /** When it is judged: whether policies and exemptions are in force, RFC 3339. */
  now: string;
  /** Each of them once, in any order. */
  receipts: readonly EvaluatedReceipt[];
  /** Each of them once. None: the change is not committed yet, and rules on commits have nothing to say. */
  commits: readonly EvaluatedCommit[];
  /** Undefined where nobody knows: rules that need it are answered in not_evaluated. */
  state?: PolicyState | undefined;
}
