import type { Commit, Said } from './histories.test.support.js';

const IGNORED = ['yarn.lock', 'vendor/f.ts'];

export interface Expected {
  commits: number;
  commits_with_receipts: number;
  merges: number;
  lines: { added: number; deleted: number; ai: number; human: number; unknown: number };
}

/**
 * The counting rules (docs/counting.md) in the plainest way: every line of every file of every commit by itself.
 * Undefined where git itself might choose between two renames.
 */
export function countSlowly(commits: readonly Commit[]): Expected | undefined {
  const lines = { added: 0, deleted: 0, ai: 0, human: 0, unknown: 0 };
  const expected = { commits: 0, commits_with_receipts: 0, merges: 0, lines };
  const onMain = ancestors(commits.findLast(({ branch }) => branch === 'main')!);
  const annotated = [...onMain].filter(({ said }) => said.length > 0);
  const start = Math.min(...annotated.map(({ time }) => time));
  for (const commit of onMain) {
    if (commit.time < start) continue;
    if (commit.parents.length > 1) {
      expected.merges++;
      continue;
    }
    expected.commits++;
    if (commit.said.some(({ source, by }) => source === 'blameprompt' || by !== 'human'))
      expected.commits_with_receipts++;
    if (!countCommit(commit, lines)) return undefined;
  }
  return expected;
}

function ancestors(tip: Commit, found = new Set<Commit>()): Set<Commit> {
  if (found.has(tip)) return found;
  found.add(tip);
  for (const parent of tip.parents) ancestors(parent, found);
  return found;
}

/** False where two files could be one that was renamed. */
function countCommit({ files, parents, said }: Commit, lines: Expected['lines']): boolean {
  const before = parents[0]?.files ?? new Map<string, string[]>();
  const origins = renames(before, files);
  if (!origins) return false;
  for (const [path, text] of before) {
    if (!files.has(path) && ![...origins.values()].includes(path) && !IGNORED.includes(path))
      lines.deleted += text.length;
  }
  for (const [path, text] of files) {
    if (IGNORED.includes(path)) continue;
    const old = before.get(path) ?? before.get(origins.get(path) ?? '') ?? [];
    for (const line of old) if (!text.includes(line)) lines.deleted++;
    for (const [i, line] of text.entries()) {
      if (old.includes(line)) continue;
      lines.added++;
      lines[writerOf(path, i + 1, said)]++;
    }
  }
  return true;
}

/** Of each recorder the last that speaks of the line; AI when one of them says so. */
function writerOf(path: string, line: number, said: readonly Said[]): 'ai' | 'human' | 'unknown' {
  const lasts = ['git-ai', 'blameprompt'].map((source) =>
    said.findLast((one) => one.source === source && one.path === path && one.start <= line && line <= one.end),
  );
  if (lasts.some((last) => last && (last.by !== 'human' || last.source === 'blameprompt'))) return 'ai';
  return lasts.some((last) => last?.by === 'human') ? 'human' : 'unknown';
}

/** Old paths by new ones: a file that is gone and a new one are the same when they share half of their lines. */
function renames(before: Commit['files'], after: Commit['files']): Map<string, string> | undefined {
  const origins = new Map<string, string>();
  for (const [path, text] of after) {
    if (before.has(path)) continue;
    for (const [old, oldText] of before) {
      const shared = oldText.filter((line) => text.includes(line)).length / Math.max(text.length, oldText.length, 1);
      if (after.has(old) || shared < 0.4) continue;
      if (shared < 0.6 || origins.has(path) || [...origins.values()].includes(old)) return undefined;
      origins.set(path, old);
    }
  }
  return origins;
}
