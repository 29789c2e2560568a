import type { EvaluatedCommit, EvaluatedReceipt } from '../api/policies.js';
import { countLines, type LineSet, normalize, parseLines } from '../line-set.js';
import type { Facts } from './facts.js';
import { receiptsInOrder } from './receipts.js';

/** Lines of a change, as far as anybody counted them. */
export interface ChangedLines {
  ai: number;
  /** Null where no commit tells: before the commit, only AI lines are known. */
  added: number | null;
  /** True when nobody counted the lines of parts of the change: the sums are too low then. */
  isPartial: boolean;
  /** The commit with most AI lines. */
  largest: { commit: string; ai: number } | null;
}

/** From the commits of the change; where there are none yet (what is staged), from the lines its receipts account for. */
export function changedLines(facts: Facts): ChangedLines {
  const { commits } = facts.change;
  if (commits.length === 0) {
    const files = attributedFiles(facts);
    const ai = files.reduce((sum, { lines }) => sum + (lines === null ? 0 : countLines(lines)), 0);
    return { ai, added: null, isPartial: files.some(({ lines }) => lines === null), largest: null };
  }
  const sum: ChangedLines = { ai: 0, added: 0, isPartial: false, largest: null };
  for (const { commit, is_merge, lines } of commits) {
    // A merge repeats what its parents hold.
    if (is_merge) continue;
    if (!lines) {
      sum.isPartial = true;
      continue;
    }
    sum.ai += lines.ai;
    sum.added = (sum.added ?? 0) + lines.added;
    if (lines.ai > (sum.largest?.ai ?? 0)) sum.largest = { commit, ai: lines.ai };
  }
  return sum;
}

/** A file with AI lines in one commit, or in what is not committed yet. */
export interface AiFile {
  /** Null where the change does not have the commit. */
  commit: EvaluatedCommit | null;
  oid: string | null;
  path: string;
  /** Null: nobody says which lines of the file. */
  lines: LineSet | null;
  receipts: EvaluatedReceipt[];
}

/** Files with AI lines: as counted for commits whose files are known, else as receipts account for them. */
export function aiFiles(facts: Facts): AiFile[] {
  const commits = new Map(facts.change.commits.map((commit) => [commit.commit, commit]));
  const files: AiFile[] = [];
  for (const [oid, commit] of commits) {
    for (const { path, ai } of commit.is_merge ? [] : (commit.files ?? [])) {
      const lines = ai === '' ? [] : (parseLines(ai) ?? null);
      if (lines === null || lines.length > 0) files.push({ commit, oid, path, lines, receipts: [] });
    }
  }
  for (const file of attributedFiles(facts, (oid) => commits.get(oid)?.files != null)) {
    files.push({ ...file, commit: file.oid === null ? null : (commits.get(file.oid) ?? null) });
  }
  return files;
}

/** Attributions by commit and path, but for commits that are counted; lines that two receipts account for count once. */
function attributedFiles(facts: Facts, isCounted: (oid: string) => boolean = () => false): Omit<AiFile, 'commit'>[] {
  const files = new Map<string, { oid: string | null; path: string; texts: Text[]; receipts: Set<EvaluatedReceipt> }>();
  for (const { receipt } of facts.once(receiptsInOrder)) {
    for (const { commit, path, lines } of receipt.attributions ?? []) {
      const oid = commit ?? null;
      if (path == null || (oid !== null && isCounted(oid))) continue;
      const key = `${oid ?? ''}:${path}`;
      const file = files.get(key) ?? { oid, path, texts: [], receipts: new Set() };
      files.set(key, file);
      file.texts.push(lines);
      file.receipts.add(receipt);
    }
  }
  return [...files.values()].map(({ oid, path, texts, receipts: among }) => ({
    oid,
    path,
    lines: unionOf(texts),
    receipts: [...among],
  }));
}

type Text = string | null | undefined;

/** Null when one of them does not say which lines. */
function unionOf(texts: readonly Text[]): LineSet | null {
  const sets = texts.map((text) => (text ? parseLines(text) : undefined));
  return sets.every((set) => set !== undefined) ? normalize(sets.flat()) : null;
}
