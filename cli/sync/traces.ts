import { createHash } from 'node:crypto';
import { isGitFailure } from '../git/errors.js';
import { firstParentChanges, onFirstParents } from '../git/first-parents.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { listFiles } from '../git/tree-files.js';
import { agentTrace, type TraceOfCommit } from '../sources/agent-trace.js';
import { parseTraces, type Trace } from '../sources/agent-trace-records.js';
import { isRead, type Only } from '../sources/index.js';
import type { SkippedRecord } from './records.js';

/** Where hooks of Agent Trace write, one trace a line. */
export const TRACES_FILE = '.agent-trace/traces.jsonl';

/** Bytes of the file at most: it grows with every edit. */
const MAX_TRACES = 16 * 1024 * 1024;

/** The traces that one commit took up; the commit is null where it cannot be told. */
export interface CommitTraces {
  ref: typeof TRACES_FILE;
  commit: string | null;
  traces: TraceOfCommit[];
  /** How many they are. One that two commits took up counts with the first. */
  count: number;
}

/** The file as it is committed at the tip of the default branch, so that every clone reads the same; undefined: none. */
export async function findTracesFile(
  repository: Repository,
  tip: string | undefined,
  only: Only,
): Promise<string | undefined> {
  if (tip === undefined || !isRead(agentTrace, only)) return undefined;
  try {
    for await (const files of listFiles(repository, tip, [TRACES_FILE]))
      return files.find(({ path }) => path === TRACES_FILE)?.blob;
  } catch (error) {
    if (!isGitFailure(error)) throw error; // its trees are not in this clone, a partial or a damaged one
  }
  return undefined;
}

/**
 * The traces of the file, by the commit that took them up. `vcs.revision` is HEAD while the agent worked, so the lines of a
 * file belong to the first commit after it, on the branch's line of first parents, that touches the file.
 */
export async function readTracesFile(
  repository: Repository,
  blob: string,
  tip: string,
): Promise<{ traces: CommitTraces[]; skipped: SkippedRecord[] }> {
  const skip = (reason: string, count = 1) => ({ ref: TRACES_FILE, commit: TRACES_FILE, reason, count });
  for await (const object of readObjects(repository, [blob])) {
    if ('missing' in object)
      return { traces: [], skipped: [{ ...skip(object.reason), isPending: object.missing === 'absent' }] };
    if (object.body.length > MAX_TRACES) return { traces: [], skipped: [skip(`larger than ${MAX_TRACES} bytes`)] };
    const root = repository.root === undefined ? undefined : `${repository.root}/`;
    const { traces, damaged } = parseTraces(object.body, root);
    const skipped =
      damaged === 0
        ? []
        : [skip(damaged === 1 ? '1 line that is no trace' : `${damaged} lines that are no traces`, damaged)];
    return { traces: await byCommit(repository, traces, tip), skipped };
  }
  return { traces: [], skipped: [] };
}

/** What is in the one list and not in the other, or not the same there, by its commit; nothing stands for none. */
export function changedTraces(before: readonly CommitTraces[], after: readonly CommitTraces[]): Set<string> {
  const digests = (list: readonly CommitTraces[]) =>
    new Map(list.map(({ commit, traces }) => [commit ?? '', digest(traces)]));
  const [old, now] = [digests(before), digests(after)];
  return new Set([...old.keys(), ...now.keys()].filter((key) => old.get(key) !== now.get(key)));
}

function digest(traces: readonly TraceOfCommit[]): string {
  const plain = traces.map(({ paths, ...trace }) => [trace, [...(paths ?? [])]]);
  return createHash('sha256').update(JSON.stringify(plain)).digest('hex');
}

async function byCommit(repository: Repository, traces: readonly Trace[], tip: string): Promise<CommitTraces[]> {
  const next = await nextCommits(repository, traces, tip);
  const found = new Map<string | null, CommitTraces>();
  for (const trace of traces) {
    const parts = new Map<string | null, Set<string>>();
    for (const { path } of trace.lines) {
      const commit = next.get(trace.revision ?? '')?.get(path) ?? null;
      parts.set(commit, (parts.get(commit) ?? new Set()).add(path));
    }
    if (parts.size === 0) parts.set(null, new Set());
    for (const [nth, [commit, paths]] of [...parts].entries()) {
      const known: CommitTraces = found.get(commit) ?? { ref: TRACES_FILE, commit, traces: [], count: 0 };
      found.set(commit, known);
      known.traces.push({ ...trace, paths });
      if (nth === 0) known.count++;
    }
  }
  return [...found.values()];
}

/**
 * For each revision and each file that a trace of it names: the first commit after it that touches the file. The walk goes
 * from the tip back to the oldest revision and remembers for each file the commit that it saw last.
 */
async function nextCommits(
  repository: Repository,
  traces: readonly Trace[],
  tip: string,
): Promise<Map<string, Map<string, string>>> {
  const wanted = new Map<string, Set<string>>();
  for (const { revision, lines } of traces) {
    if (revision === null) continue;
    const paths = wanted.get(revision) ?? new Set();
    wanted.set(revision, paths);
    for (const { path } of lines) paths.add(path);
  }
  const left = await onFirstParents(repository, tip, new Set(wanted.keys()));
  const named = new Set([...wanted.values()].flatMap((paths) => [...paths]));
  const next = new Map<string, Map<string, string>>();
  const seen = new Map<string, string>();
  try {
    for await (const { commit, paths } of left.size > 0 ? firstParentChanges(repository, tip) : []) {
      if (left.delete(commit)) {
        const known = [...wanted.get(commit)!].flatMap((path) =>
          seen.has(path) ? [[path, seen.get(path)!] as const] : [],
        );
        next.set(commit, new Map(known));
      }
      if (left.size === 0) break;
      for (const path of paths) if (named.has(path)) seen.set(path, commit);
    }
  } catch (error) {
    if (!isGitFailure(error)) throw error; // trees are missing: what was found until there holds
  }
  return next;
}
