import { groupBy } from '../../shared/group-by.js';
import { type CommitInfo, commitInfo } from '../git/commits.js';
import { reachable } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import type { PlannedNote } from './records.js';
import type { Rewrite } from './rewrites.js';

interface Moves {
  /** Of the branch. */
  tip: string | undefined;
  /** By commit that has a note no more: the object that held the text. */
  removed: ReadonlyMap<string, string>;
  notes: readonly PlannedNote[];
  /** Annotated commits of the branch. */
  onBranch: ReadonlySet<string>;
}

/**
 * Commits that a recorder took the note away from and gave it, as it was, to one commit of the branch: BlamePrompt does so
 * after an amend or a rebase. It knows what became of the commit even where the patch is another now. A text that several
 * commits of the branch have says nothing.
 */
export async function findMoved(repository: Repository, { tip, removed, notes, onBranch }: Moves): Promise<Rewrite[]> {
  const wanted = new Set(removed.values());
  const here = groupBy(
    notes.filter(({ commit, blob }) => wanted.has(blob) && onBranch.has(commit)),
    ({ blob }) => blob,
  );
  const targets = new Map<string, string>();
  for (const [from, blob] of removed) {
    const [first, ...others] = here.get(blob) ?? [];
    if (first && others.length === 0) targets.set(from, first.commit);
  }
  if (targets.size === 0 || repository.isShallow) return [];
  const still = await reachable(repository, tip, new Set(targets.keys()));
  const commits = new Map<string, CommitInfo>();
  for await (const commit of commitInfo(repository, [...targets.keys(), ...new Set(targets.values())])) {
    if (!('missing' in commit)) commits.set(commit.oid, commit);
  }
  return [...targets].flatMap(([oid, target]) => {
    const from = commits.get(oid);
    return from && !still.onBranch.has(oid) ? [{ from, to: commits.get(target) }] : [];
  });
}
