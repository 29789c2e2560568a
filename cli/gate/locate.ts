import type { Violation } from '../../shared/api/policies.js';
import { parseLines } from '../../shared/line-set.js';
import { type BlamedLines, blame, follow } from '../git/blame.js';
import { GitError } from '../git/errors.js';
import type { Repository } from '../git/repository.js';
import type { Judged } from '../policy/judge-commits.js';

/** Where a violation is to be shown: a file of the head, and the first block of lines that is still there. */
export interface Location {
  path: string;
  line: number | null;
  end_line: number | null;
}

/** Blaming a file takes git about as long as a commit; a change with more flagged files is shown by file alone. */
const MAX_BLAMED = 50;

/**
 * Finds the places of violations in the head, since that is what a reviewer sees: commits after the one in question may have
 * moved its lines. A violation that names no file is shown at the first AI file of its commit or receipt, since viewers
 * want some place. Paths that only notes name are never answered: they may be anything.
 */
export async function locate(
  repository: Repository,
  { base, head, commits, receipts }: Judged,
  violations: readonly Violation[],
): Promise<(Location | null)[]> {
  const filesOf = new Map(commits.map(({ commit, files }) => [commit, files ?? []]));
  const commitsOf = new Map(
    receipts.map(({ id, attributions }) => [id, (attributions ?? []).map(({ commit }) => commit)]),
  );
  const known = new Set([...filesOf.values()].flatMap((files) => files.map(({ path }) => path)));
  const anyFile = known.values().next().value;
  const blamed = new Map<string, BlamedLines[]>();

  const linesNow = async (commit: string, path: string, text: string) => {
    if (!blamed.has(path)) {
      if (blamed.size >= MAX_BLAMED) return [];
      blamed.set(path, await blameUnlessGone(repository, { head, exclude: base }, path));
    }
    return follow(blamed.get(path)!, commit, path, parseLines(text) ?? []);
  };

  const found: (Location | null)[] = [];
  for (const { commit, path, lines, receipt_id } of violations) {
    const about = [commit, ...(commitsOf.get(receipt_id ?? '') ?? [])];
    const own = about.flatMap((oid) => filesOf.get(oid ?? '') ?? [])[0]?.path;
    const shown = path !== null && known.has(path) ? path : (own ?? anyFile);
    if (shown === undefined) {
      found.push(null);
      continue;
    }
    const [first] = commit !== null && lines !== null && shown === path ? await linesNow(commit, path, lines) : [];
    found.push({ path: shown, line: first?.[0] ?? null, end_line: first?.[1] ?? null });
  }
  return found;
}

async function blameUnlessGone(...args: Parameters<typeof blame>): Promise<BlamedLines[]> {
  try {
    return await blame(...args);
  } catch (error) {
    // The head has the file no longer, or under another name.
    if (error instanceof GitError && error.code === 'git-failed') return [];
    throw error;
  }
}
