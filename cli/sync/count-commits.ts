import type { CommitFact } from '../../shared/api/receipts.js';
import { toStorable, truncate } from '../../shared/text.js';
import { timestampOfSeconds } from '../../shared/timestamp.js';
import { factsOf } from '../git/commit-facts.js';
import type { CommitInfo } from '../git/commits.js';
import { readIgnore } from '../git/ignore.js';
import type { Repository } from '../git/repository.js';
import type { Batches } from './batches.js';
import { countCommitLines } from './count-lines.js';
import type { Plan } from './plan.js';
import type { ProgressDisplay } from './progress.js';
import type { Spoken } from './read-notes.js';

const EPOCH = '1970-01-01T00:00:00.000000Z';

/** Counts the lines of the planned commits and hands the facts to `batches`. Answers the commits that cannot be counted. */
export async function countCommits(
  repository: Repository,
  ignore: string[],
  plan: Plan,
  spoken: Map<string, Spoken>,
  batches: Batches,
  display: ProgressDisplay,
): Promise<{ commit: string; reason: string }[]> {
  const unreadable: { commit: string; reason: string }[] = [];
  if (plan.commits.size > 0) {
    const isIgnored = await readIgnore(repository, plan.branch.tip!, ignore);
    for await (const fact of factsOf(repository, () => plan.commits.values(), isIgnored)) {
      display.update((progress) => {
        progress.commitsRead++;
      });
      const said = spoken.get(fact.oid);
      const base = commitBase(fact, true, said);
      if ('reason' in fact) {
        unreadable.push({ commit: fact.oid, reason: fact.reason });
        await batches.addCommit(base);
      } else if (fact.isMerge) await batches.addCommit({ ...base, is_merge: true });
      else {
        const { lines, aiBy } = countCommitLines(fact.files, said?.claims ?? []);
        await batches.addCommit({ ...base, lines, ai_by: aiBy });
      }
    }
  }
  for (const commit of plan.lost) await batches.addCommit(commitBase(commit, false, undefined));
  return unreadable;
}

function commitBase(commit: CommitInfo, onDefaultBranch: boolean, said: Spoken | undefined): CommitFact {
  return {
    commit: commit.oid,
    committed_at: timestampOfSeconds(commit.committedAt) ?? EPOCH,
    author_name: person(commit.authorName, 200),
    author_email: person(commit.authorEmail.toLowerCase(), 320),
    is_merge: commit.parents.length > 1,
    on_default_branch: onDefaultBranch,
    sources: [...(said?.sources ?? [])],
    has_receipts: said?.hasReceipts ?? false,
  };
}

function person(text: string, max: number): string | null {
  return truncate(toStorable(text), max).trim() || null;
}
