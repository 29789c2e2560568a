import { factsOf } from '../git/commit-facts.js';
import type { CommitInfo } from '../git/commits.js';
import { readIgnore } from '../git/ignore.js';
import type { Repository } from '../git/repository.js';
import type { Involvement } from '../sources/trailers.js';
import { type AiFile, type AiLines, type CountedLines, countCommitLines } from './count-lines.js';
import type { Origin } from './find-rewritten.js';
import { inherit, Origins } from './inherit.js';
import { readTrailers } from './read-trailers.js';
import type { Spoken } from './reading.js';

export interface CountedCommit {
  commit: CommitInfo;
  isMerge: boolean;
  /** What notes say about it, its own or else those of its origins; undefined: none. */
  said: Spoken | undefined;
  /** Recorded commits beside the branch that this one was made from. */
  origins: CommitInfo[];
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

export interface CountOptions {
  /** The default branch's: its `.gitattributes` say what is generated, for the whole history. */
  tip: string;
  ignore: string[];
  /** Whether messages are read, of the commits that no note speaks of or of all. */
  trailers: boolean | 'all';
  /** Recorded commits beside the branch, which some of the commits may have been made from (find-rewritten.ts). */
  origins?: ReadonlyMap<string, Origin>;
}

/** Counts the lines of commits (formats.md, section 4) in one stream, in the order given where there are no origins. */
export async function* countCommits(
  repository: Repository,
  commits: ReadonlyMap<string, CommitInfo>,
  spoken: ReadonlyMap<string, Spoken>,
  { tip, ignore, trailers, origins = new Map() }: CountOptions,
): AsyncGenerator<CountedCommit> {
  if (commits.size === 0) return;
  const isIgnored = await readIgnore(repository, tip, ignore);
  const spare = trailers === 'all' ? new Map() : spoken;
  const messages = trailers ? await readTrailers(repository, commits, spare) : new Map<string, Involvement[]>();
  const rewritten = await Origins.read(repository, origins, isIgnored);
  for await (const fact of factsOf(repository, () => rewritten.ordered(commits), isIgnored)) {
    const madeFrom = 'reason' in fact ? [] : rewritten.of(fact);
    const own = spoken.get(fact.oid);
    const inherited = own || 'reason' in fact ? undefined : inherit(fact, madeFrom, spoken);
    const said = own ?? inherited;
    const base = {
      commit: fact,
      isMerge: fact.isMerge,
      said,
      origins: madeFrom,
      lines: null,
      aiBy: [],
      aiFiles: [],
      involved: inherited && trailers !== 'all' ? [] : (messages.get(fact.oid) ?? []),
    };
    if ('reason' in fact) yield { ...base, reason: fact.reason };
    else if (fact.isMerge) yield base;
    else yield { ...base, ...countCommitLines(fact.files, said ?? { claims: [] }) };
  }
}
