import { groupBy } from '../../shared/group-by.js';
import { countLines, intersectLines, type LineSet, MAX_LINE, normalize, subtractLines } from '../../shared/line-set.js';
import { lastWins } from '../sources/last-wins.js';
import type { Claim, Count } from '../sources/source.js';

export interface CountedLines {
  added: number;
  deleted: number;
  ai: number;
  human: number;
  unknown: number;
}

export interface AiLines {
  tool: string | null;
  provider: string | null;
  model: string | null;
  lines: number;
}

/** AI lines of one file of a commit. */
export interface AiFile {
  path: string;
  /** Lines that the commit added to it, whoever wrote them. */
  added: number;
  /** Never empty. */
  ai: LineSet;
}

/** What notes say about one commit. */
export interface Said {
  claims: readonly Claim[];
  /** By source: numbers without lines. */
  counts?: ReadonlyMap<string, readonly Count[]>;
}

/**
 * Who wrote the lines that a commit added (formats.md, section 4): a line is AI when any source says so, human when one
 * says that and none says AI, else unknown. Only added lines count, each once, so there are never more AI lines than added
 * ones. Sources that give numbers without lines cannot be laid over the others: the largest number counts, and
 * only what it has beyond the lines that are known.
 */
export function countCommitLines(
  files: readonly { path: string; added: LineSet; deleted: number }[],
  { claims, counts = new Map() }: Said,
): { lines: CountedLines; aiBy: AiLines[]; aiFiles: AiFile[] } {
  const byPath = groupBy(claims, ({ path }) => path);
  const authors = new Map<string, AiLines>();
  const lines = { added: 0, deleted: 0, ai: 0, human: 0, unknown: 0 };
  const addedTo = new Map<string, number>();
  const aiFiles: AiFile[] = [];
  for (const { path, added, deleted } of files) {
    const about = byPath.get(path) ?? [];
    const won = firstClaims(
      about.filter(({ by }) => by === 'ai'),
      added,
    );
    for (const [claim, fresh] of won) addLines(authors, claim, countLines(fresh));
    const ai = normalize([...won.values()].flat());
    const said = normalize(about.filter(({ by }) => by === 'human').flatMap((claim) => claim.lines));
    addedTo.set(path, countLines(added));
    lines.added += countLines(added);
    lines.deleted += deleted;
    lines.ai += countLines(ai);
    if (ai.length > 0) aiFiles.push({ path, added: countLines(added), ai });
    lines.human += countLines(subtractLines(intersectLines(said, added), ai));
  }
  for (const numbers of counts.values()) addNumbers(lines, authors, numbers, addedTo);
  lines.unknown = lines.added - lines.ai - lines.human;
  return { lines, aiBy: [...authors.values()].sort((a, b) => b.lines - a.lines), aiFiles };
}

/**
 * The added lines by who claimed them first. Laid over each other from the last to the first, and over these what was not
 * added, in one go: one note can hold a hundred thousand claims on one file.
 */
function firstClaims(claims: readonly Claim[], added: LineSet): Map<Claim, LineSet> {
  const entries = claims.map((claim) => ({ by: claim as Claim | null, lines: claim.lines })).reverse();
  const won = lastWins([...entries, { by: null, lines: subtractLines([[1, MAX_LINE]], added) }]);
  won.delete(null);
  return won as Map<Claim, LineSet>;
}

/** Raises `lines` to what one source's numbers say, never above what the commit added. */
function addNumbers(
  lines: CountedLines,
  authors: Map<string, AiLines>,
  numbers: readonly Count[],
  addedTo: ReadonlyMap<string, number>,
): void {
  const room = (path: string | null) => (path === null ? lines.added : (addedTo.get(path) ?? 0));
  const sum = (of: (count: Count) => number) =>
    numbers.reduce((total, count) => total + Math.min(of(count), room(count.path)), 0);
  const ai = Math.min(
    sum((count) => count.ai),
    lines.added,
  );
  const [first] = [...numbers].sort((a, b) => b.ai - a.ai);
  if (first && ai > lines.ai) {
    addLines(authors, first, ai - lines.ai);
    lines.ai = ai;
  }
  lines.human = Math.min(
    Math.max(
      lines.human,
      sum((count) => count.human),
    ),
    lines.added - lines.ai,
  );
}

function addLines(
  authors: Map<string, AiLines>,
  { tool, provider, model }: Omit<AiLines, 'lines'>,
  lines: number,
): void {
  if (lines === 0) return;
  const key = JSON.stringify([tool, provider, model]);
  const author = authors.get(key) ?? { tool, provider, model, lines: 0 };
  author.lines += lines;
  authors.set(key, author);
}
