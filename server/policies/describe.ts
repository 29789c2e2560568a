import type { Policy, Violation } from '../../shared/api/policies.js';
import { costLimit, personOf } from '../../shared/policy/windows.js';
import type { StoredBatch } from './judge-batch.js';
import type { Found } from './record.js';
import { windowBounds } from './spending.js';

/** Violations with what they are looked up by: of whom, of which team, when. */
export function describe(violations: readonly Violation[], policies: readonly Policy[], batch: StoredBatch): Found[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const receipts = new Map(batch.receipts.map((receipt) => [receipt.id, receipt]));
  const commits = new Map(batch.commits.map((commit) => [commit.commit, commit]));
  return violations.map((violation) => {
    const policy = byId.get(violation.policy_id)!;
    if (costLimit(policy.rule)) return describeSum(violation, policy, batch);
    const receipt = receipts.get(violation.receipt_id ?? '');
    const commit = commits.get(violation.commit ?? '');
    const author = receipt ?? { user_email: commit?.author_email, user_name: commit?.author_name };
    return {
      violation: { ...violation, policy_id: policy.id! },
      policy_version: policy.version,
      repo_id: batch.repoId,
      person: personOf(author),
      team: receipt?.team ?? commit?.team ?? null,
      occurred_at: receipt?.timestamp ?? commit?.committed_at ?? batch.now,
    };
  });
}

/** A sum is of the repository, person or team it is the sum of, and of none else. Which receipt crossed the limit depends on the order they came in. */
function describeSum(violation: Violation, policy: Policy, batch: StoredBatch): Found {
  const { per } = costLimit(policy.rule)!;
  const { subject, window } = violation;
  const repo = per === 'repo' ? batch.receipts.find((receipt) => receipt.repo === subject) : undefined;
  return {
    violation: { ...violation, policy_id: policy.id!, receipt_id: null, repo: repo?.repo ?? null },
    policy_version: policy.version,
    repo_id: repo?.repo_id ?? null,
    person: per === 'person' ? subject : null,
    team: per === 'team' ? subject : null,
    occurred_at: window === null ? batch.now : windowBounds(window).from,
  };
}
