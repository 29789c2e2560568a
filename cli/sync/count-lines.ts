import { countLines, intersectLines, type LineSet, subtractLines, unionLines } from '../../shared/line-set.js';
import type { Claim } from '../sources/source.js';

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

/**
 * Who wrote the lines that a commit added (formats.md, section 4): a line is AI when any source says so, human when one
 * says that and none says AI, else unknown. Only added lines count, each once, so there are never more AI lines than added
 * ones. `claims` are all sources' claims about this commit.
 */
export function countCommitLines(
  files: readonly { path: string; added: LineSet; deleted: number }[],
  claims: readonly Claim[],
): { lines: CountedLines; aiBy: AiLines[] } {
  const byPath = new Map<string, Claim[]>();
  for (const claim of claims) byPath.set(claim.path, [...(byPath.get(claim.path) ?? []), claim]);
  const authors = new Map<string, AiLines>();
  const lines = { added: 0, deleted: 0, ai: 0, human: 0, unknown: 0 };
  for (const { path, added, deleted } of files) {
    const about = byPath.get(path) ?? [];
    let ai: LineSet = [];
    for (const claim of about.filter(({ by }) => by === 'ai')) {
      const fresh = subtractLines(intersectLines(claim.lines, added), ai);
      addLines(authors, claim, countLines(fresh));
      ai = unionLines(ai, fresh);
    }
    const said = about
      .filter(({ by }) => by === 'human')
      .reduce<LineSet>((all, claim) => unionLines(all, claim.lines), []);
    const human = countLines(subtractLines(intersectLines(said, added), ai));
    const counted = { added: countLines(added), ai: countLines(ai) };
    lines.added += counted.added;
    lines.deleted += deleted;
    lines.ai += counted.ai;
    lines.human += human;
    lines.unknown += counted.added - counted.ai - human;
  }
  return { lines, aiBy: [...authors.values()].sort((a, b) => b.lines - a.lines) };
}

function addLines(authors: Map<string, AiLines>, { tool, provider, model }: Claim, lines: number): void {
  if (lines === 0) return;
  const key = JSON.stringify([tool, provider, model]);
  const author = authors.get(key) ?? { tool, provider, model, lines: 0 };
  author.lines += lines;
  authors.set(key, author);
}
