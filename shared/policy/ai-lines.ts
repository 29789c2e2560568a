import type { EvaluatedCommit, EvaluatedReceipt } from '../api/policies.js';
import { groupBy } from '../group-by.js';
import { countLines, type LineSet, normalize, parseLines } from '../line-set.js';
import type { Change } from './input.js';

/** Lines of a change, as far as anybody counted them. */
export interface ChangedLines {
  ai: number;
  /** Null where no commit tells: before the commit, only AI lines are known. */
  added: number | null;
  /** True when parts of the change have lines that nobody counted: the sums are too low then. */
  isPartial: boolean;
  /** The commit with most AI lines. */
  largest: { commit: string; ai: number } | null;
}

/** From the commits of the change; where there are none yet (what is staged), from the lines its receipts account for. */
export function changedLines(change: Change): ChangedLines {
  if (change.commits.length === 0) {
    const files = attributedFiles(change.receipts);
    const ai = files.reduce((sum, file) => sum + (file.lines === null ? 0 : countLines(file.lines)), 0);
    return { ai, added: null, isPartial: files.some((file) => file.lines === null), largest: null };
  }
  const lines: ChangedLines = { ai: 0, added: 0, isPartial: false, largest: null };
  for (const commit of change.commits) {
    if (commit.is_merge) continue;
    if (!commit.lines) {
      lines.isPartial = true;
      continue;
    }
    lines.ai += commit.lines.ai;
    lines.added = (lines.added ?? 0) + commit.lines.added;
    if (commit.lines.ai > (lines.largest?.ai ?? 0)) lines.largest = { commit: commit.commit, ai: commit.lines.ai };
  }
  return lines;
}

/** A file with AI lines in one commit, or in what is not committed yet. */
export interface AiFile {
  commit: EvaluatedCommit | null;
  oid: string | null;
  path: string;
  /** Null: the file, nobody says which lines. */
  lines: LineSet | null;
  receipts: EvaluatedReceipt[];
}

/** Files with AI lines: as counted for commits whose files are known, else as receipts account for them. */
export function aiFiles(change: Change): AiFile[] {
  const counted = new Set<string>();
  const files: AiFile[] = [];
  const byOid = new Map(change.commits.map((commit) => [commit.commit, commit]));
  for (const commit of change.commits) {
    if (!commit.files || counted.has(commit.commit)) continue;
    counted.add(commit.commit);
    for (const { path, ai } of commit.files) {
      const lines = ai === '' ? [] : (parseLines(ai) ?? null);
      if (lines === null || lines.length > 0) files.push({ commit, oid: commit.commit, path, lines, receipts: [] });
    }
  }
  for (const file of attributedFiles(change.receipts)) {
    if (file.oid === null || !counted.has(file.oid)) {
      files.push({ ...file, commit: file.oid === null ? null : (byOid.get(file.oid) ?? null) });
    }
  }
  return files;
}

/** Attributions by commit and path; what two receipts account for counts once. */
function attributedFiles(receipts: readonly EvaluatedReceipt[]): Omit<AiFile, 'commit'>[] {
  const attributions = receipts.flatMap((receipt) =>
    (receipt.attributions ?? []).map((item) => ({ ...item, receipt })),
  );
  const named = attributions.filter((item) => item.path != null);
  return [...groupBy(named, (item) => `${item.commit ?? ''}:${item.path}`).values()].map((items) => ({
    oid: items[0]!.commit ?? null,
    path: items[0]!.path!,
    lines: unionOf(items.map((item) => item.lines)),
    receipts: [...new Set(items.map((item) => item.receipt))],
  }));
}

/** Null when one of them does not say which lines. */
function unionOf(texts: (string | null | undefined)[]): LineSet | null {
  const sets = texts.map((text) => (text ? parseLines(text) : undefined));
  return sets.every((set) => set !== undefined) ? normalize(sets.flat()) : null;
}
