import { factsOf } from '../git/commit-facts.js';
import type { CommitInfo } from '../git/commits.js';
import { readIgnore } from '../git/ignore.js';
import type { Repository } from '../git/repository.js';
import type { Involvement } from '../sources/trailers.js';
import { type AiFile, type AiLines, type CountedLines, countCommitLines } from './count-lines.js';
import { readTrailers } from './read-trailers.js';
import type { Spoken } from './reading.js';

export interface CountedCommit {
  commit: CommitInfo;
  isMerge: boolean;
  /** What notes say about it; undefined: it has none. */
  said: Spoken | undefined;
  /** Null for merges, which count nothing, and for commits that cannot be counted. */
  lines: CountedLines | null;
  aiBy: AiLines[];
  /** Which lines of which files are AI's; without those that notes give by number only. */
  aiFiles: AiFile[];
  /** What its message says of AI; see `trailers`. */
  involved: Involvement[];
  /** Why it cannot be counted. */
  reason?: string;
}

/**
 * Counts the lines of commits (formats.md, section 4) in one stream. `tip` is the default branch's: its `.gitattributes`
 * say what is generated, for the whole history.
 * `trailers`: whether messages are read, of the commits that no note speaks of or of all.
 */
export async function* countCommits(
  repository: Repository,
  commits: ReadonlyMap<string, CommitInfo>,
  spoken: ReadonlyMap<string, Spoken>,
  { tip, ignore, trailers }: { tip: string; ignore: string[]; trailers: boolean | 'all' },
): AsyncGenerator<CountedCommit> {
  if (commits.size === 0) return;
  const isIgnored = await readIgnore(repository, tip, ignore);
  const spare = trailers === 'all' ? new Map() : spoken;
  const messages = trailers ? await readTrailers(repository, commits, spare) : new Map<string, Involvement[]>();
  for await (const fact of factsOf(repository, () => commits.values(), isIgnored)) {
    const said = spoken.get(fact.oid);
    const base = {
      commit: fact,
      isMerge: fact.isMerge,
      said,
      lines: null,
      aiBy: [],
      aiFiles: [],
      involved: messages.get(fact.oid) ?? [],
    };
    if ('reason' in fact) yield { ...base, reason: fact.reason };
    else if (fact.isMerge) yield base;
    else yield { ...base, ...countCommitLines(fact.files, said ?? { claims: [] }) };
  }
}
