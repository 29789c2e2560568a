import type { Branch } from '../git/default-branch.js';
import { listNotes } from '../git/notes.js';
import type { Ref } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import type { Only } from '../sources/index.js';
import { type Checkpoint, changedCheckpoints, listCheckpointRefs, listCheckpoints } from './checkpoints.js';
import { readMessages } from './messages.js';
import { listNotesRefs, type NotesRef } from './notes-refs.js';
import { type CommitTraces, changedTraces, findTracesFile, readTracesFile, TRACES_FILE } from './traces.js';

export interface PlannedNote {
  ref: string;
  commit: string;
  blob: string;
}

/** How a record is told: `commit` is the annotated one, or what else names it: a checkpoint, a path. */
export interface RecordName {
  ref: string;
  commit: string;
  /** How many notes it stands for; 1 when undefined. */
  count?: number;
}

export interface SkippedRecord extends RecordName {
  reason: string;
  /** The whole place, which may come later: it is tried again then. */
  isPending?: boolean;
}

/** Where recorders left something in this clone. */
export interface Places {
  notes: NotesRef[];
  checkpoints: Ref[];
  /** The object that `.agent-trace/traces.jsonl` is at the tip of the default branch. */
  traces: string | undefined;
  /** Whose history's messages are read. */
  branch: Branch;
}

/** What they left, by how it is read. */
export interface Records {
  notes: PlannedNote[];
  checkpoints: Checkpoint[];
  traces: CommitTraces[];
  /** Messages that hold blocks of aGiTrack; the ref is the branch. */
  blocks: { ref: string; commit: string }[];
  /** Entries that are no records. */
  skipped: SkippedRecord[];
}

export async function findPlaces(repository: Repository, branch: Branch, only: Only): Promise<Places> {
  return {
    notes: await listNotesRefs(repository, only),
    checkpoints: await listCheckpointRefs(repository, only),
    traces: await findTracesFile(repository, branch.tip, only),
    branch,
  };
}

/** What each place is at: when all are where they were, there is nothing new in them. */
export function statesOf({ notes, checkpoints, traces }: Places): Record<string, string> {
  const refs = [...notes, ...checkpoints].map(({ name, oid }) => [name, oid] as const);
  return Object.fromEntries(traces === undefined ? refs : [...refs, [TRACES_FILE, traces]]);
}

/** Lists the records of all places. Messages are read of what the revisions reach: the branch's history, if nothing is said. */
export async function listRecords(
  repository: Repository,
  places: Places,
  only: Only,
  revisions: readonly (string | undefined)[] = [places.branch.tip],
): Promise<Records> {
  const { notes, skipped } = await listAllNotes(repository, places.notes);
  const { checkpoints, skipped: unlisted } = await listCheckpoints(repository, places.checkpoints);
  const known = revisions.filter((revision) => revision !== undefined);
  const blocks = await readMessages(repository, known, checkpoints, only);
  const { tip: branchTip = '' } = places.branch;
  const file = places.traces === undefined ? undefined : await readTracesFile(repository, places.traces, branchTip);
  return {
    notes,
    checkpoints: [...checkpoints.values()],
    traces: file?.traces ?? [],
    blocks: blocks.map((commit) => ({ ref: places.branch.ref, commit })),
    skipped: [...skipped, ...unlisted, ...(file?.skipped ?? [])],
  };
}

/** All of them in one list. */
export const allRecords = ({ notes, checkpoints, traces, blocks }: Records) => [
  ...notes,
  ...checkpoints,
  ...traces,
  ...blocks,
];

/** The commits that any record is about. */
export function commitsOf(records: Records): Set<string> {
  const commits = new Set<string>();
  for (const record of allRecords(records)) {
    if ('commits' in record) for (const commit of record.commits) commits.add(commit);
    else if (record.commit !== null) commits.add(record.commit);
  }
  return commits;
}

/** The records that are about one of the keys: commits, checkpoints, or nothing for traces that no commit took up. */
export function pickRecords(records: Records, has: (key: string) => boolean): Records {
  return {
    ...records,
    notes: records.notes.filter(({ commit }) => has(commit)),
    checkpoints: records.checkpoints.filter(({ id, commits }) => has(id) || commits.some(has)),
    traces: records.traces.filter(({ commit }) => has(commit ?? '')),
    blocks: records.blocks.filter(({ commit }) => has(commit)),
  };
}

/**
 * The keys of records that are new, changed or gone since the places were where `since` says; of notes that are gone, by
 * commit, the object that held the text.
 */
export async function changedKeys(
  repository: Repository,
  places: Places,
  records: Records,
  since: Readonly<Record<string, string>>,
): Promise<{ changed: Set<string>; removed: Map<string, string> }> {
  const changed = new Set<string>();
  const removed = new Map<string, string>();
  for (const { name, oid, notes } of places.notes) {
    if (since[name] === oid) continue;
    for await (const entry of notes ?? listNotes(repository, oid, since[name])) {
      if ('commit' in entry) changed.add(entry.commit);
      if ('removed' in entry) removed.set(entry.commit, entry.removed);
    }
  }
  const checkpoints = await changedCheckpoints(repository, places.checkpoints, since);
  for (const { id, commits } of records.checkpoints) {
    if (checkpoints.has(id)) for (const key of [id, ...commits]) changed.add(key);
  }
  const { [TRACES_FILE]: before } = since;
  if (before !== places.traces) {
    const { tip = '' } = places.branch;
    const old = before === undefined ? [] : (await readTracesFile(repository, before, tip)).traces;
    for (const key of changedTraces(old, records.traces)) changed.add(key);
  }
  return { changed, removed };
}

/** Every note of the refs. The same note under two of them (the user's own and the one we fetched) is one note. */
async function listAllNotes(repository: Repository, refs: NotesRef[]): Promise<Pick<Records, 'notes' | 'skipped'>> {
  const notes: PlannedNote[] = [];
  const skipped: SkippedRecord[] = [];
  const seen = new Set<string>();
  for (const { name: ref, oid, notes: single } of refs) {
    for await (const entry of single ?? listNotes(repository, oid)) {
      if ('blob' in entry) {
        const key = entry.commit + entry.blob;
        if (!seen.has(key)) notes.push({ ref, ...entry });
        seen.add(key);
      }
      if ('path' in entry) skipped.push({ ref, commit: entry.path, reason: entry.reason });
    }
  }
  return { notes, skipped };
}
