import { listCountedCommits } from '../../shared/api/receipts.js';
import type { ApiClient } from '../api-client.js';
import type { Branch } from '../git/default-branch.js';
import { reachable } from '../git/history.js';
import type { Repository } from '../git/repository.js';

const PAGE = 10_000;

/** A commit that the server counts. */
export interface CountedCommit {
  commit: string;
  committed_at: string;
}

export interface ServerView {
  commits: CountedCommit[];
  /** When the newest tip that anybody sent from was committed. */
  tip_committed_at: string | null;
}

/** What the server counts on the default branch of a repository. */
export async function fetchCounted(client: ApiClient, repo: string): Promise<ServerView> {
  const view: ServerView = { commits: [], tip_committed_at: null };
  for (;;) {
    const after = view.commits.at(-1)?.commit;
    const query = { repo, limit: PAGE, ...(after !== undefined && { after }) };
    const page = await client.call(listCountedCommits, { query });
    view.commits.push(...page.commits);
    view.tip_committed_at = page.tip_committed_at;
    if (page.commits.length < PAGE) return view;
  }
}

/**
 * Commits that the server counts on the default branch and that are not on it any more: it was rewritten, and no clone
 * that has the old commits has told, or will. Only a clone that has all of the branch can say so, and only if nobody
 * has sent from a newer tip; what it does not know yet is as little on its branch as what was taken off. A clone of one
 * other branch, which takes that for the default branch, has no say.
 */
export async function leftUnseen(
  repository: Repository,
  { tip, guessed }: Branch,
  tipCommittedAt: string | null,
  server: ServerView,
): Promise<CountedCommit[]> {
  if (guessed || tip === undefined || tipCommittedAt === null || repository.isShallow) return [];
  if (server.tip_committed_at !== null && Date.parse(server.tip_committed_at) > Date.parse(tipCommittedAt)) return [];
  const { onBranch } = await reachable(repository, tip, new Set(server.commits.map(({ commit }) => commit)));
  return server.commits.filter(({ commit }) => !onBranch.has(commit));
}
