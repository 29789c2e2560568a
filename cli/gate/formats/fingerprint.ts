import { createHash } from 'node:crypto';
import type { Violation } from '../../../shared/api/policies.js';

/**
 * A name for each violation that stays the same from run to run, so that viewers can tell new ones from known ones: neither
 * lines nor commits take part where there is a file or a receipt, since a rebase changes them. Violations that are alike
 * in all of that are numbered.
 */
export function fingerprints(violations: readonly Violation[]): string[] {
  const seen = new Map<string, number>();
  return violations.map(({ policy, rule, repo, commit, path, receipt_id, subject, window }) => {
    const where = path ?? receipt_id ?? subject ?? commit;
    const key = JSON.stringify([policy, rule, repo, where, path === null ? null : receipt_id, window]);
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return createHash('sha256').update(`${key}#${count}`).digest('hex');
  });
}
