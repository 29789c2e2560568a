import { isGitFailure } from '../git/errors.js';
import { listRefs, type Ref } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import { changedFiles, listFiles, type TreeFile } from '../git/tree-files.js';
import { checkpointOf, entire } from '../sources/entire.js';
import { isRead, type Only } from '../sources/index.js';
import type { SkippedRecord } from './records.js';

const NAME = 'entire/checkpoints/v1';
const PRIVATE = `refs/blameprompt/${NAME}`;

/** Most sessions of one checkpoint that are read; the most seen are 22. */
const MAX_SESSIONS = 1_000;

/** What `--fetch` brings of the remote's checkpoints, and where it puts it: beside the user's own branch. */
export const FETCHED_CHECKPOINTS: readonly (readonly [remote: string, ours: string])[] = [
  [`refs/heads/${NAME}`, `${PRIVATE}/branch`],
  [`refs/${NAME}`, `${PRIVATE}/ref`],
];

/** A checkpoint of Entire: the metadata of its sessions, and the commits whose messages name it. */
export interface Checkpoint {
  /** The first ref that has it. */
  ref: string;
  id: string;
  files: { path: string; blob: string }[];
  /** Oldest first; none where no commit of the default branch names it. */
  commits: string[];
}

const ORDER = ['refs/heads/', `refs/${NAME}`, 'refs/remotes/', PRIVATE];

/** Where this clone has checkpoints: the user's own branch or ref, those of remotes, then what was fetched. */
export async function listCheckpointRefs(repository: Repository, only?: Only): Promise<Ref[]> {
  if (!isRead(entire, only)) return [];
  const refs = await listRefs(repository, [...entire.places, `refs/remotes/*/${NAME}`, PRIVATE]);
  const rank = ({ name }: Ref) => ORDER.findIndex((prefix) => name.startsWith(prefix));
  return refs
    .filter(({ name, type }) => type === 'commit' && (name.endsWith(`/${NAME}`) || name.startsWith(PRIVATE)))
    .sort((a, b) => rank(a) - rank(b));
}

/**
 * The checkpoints of the refs, each once however many have it: usually the user's branch and the remote's are the same.
 * Where they differ the files of both are read, and of a session that stands twice the latest counts. A ref whose trees
 * are not in this clone is told.
 */
export async function listCheckpoints(
  repository: Repository,
  refs: readonly Ref[],
): Promise<{ checkpoints: Map<string, Checkpoint>; skipped: SkippedRecord[] }> {
  const checkpoints = new Map<string, Checkpoint>();
  const skipped: SkippedRecord[] = [];
  const cut = new Map<string, SkippedRecord>();
  for (const { name: ref, oid } of refs) {
    try {
      for await (const files of listFiles(repository, oid)) for (const file of files) add(checkpoints, ref, file, cut);
    } catch (error) {
      if (!isGitFailure(error)) throw error;
      skipped.push({ ref, commit: ref, reason: 'its trees are not in this clone, or damaged', isPending: true });
    }
  }
  return { checkpoints, skipped: [...skipped, ...cut.values()] };
}

function add(
  checkpoints: Map<string, Checkpoint>,
  ref: string,
  { path, blob }: TreeFile,
  cut: Map<string, SkippedRecord>,
): void {
  const id = checkpointOf(path);
  if (id === undefined || blob === undefined) return;
  const checkpoint = checkpoints.get(id) ?? { ref, id, files: [], commits: [] };
  checkpoints.set(id, checkpoint);
  if (checkpoint.files.length === MAX_SESSIONS)
    cut.set(id, { ref, commit: id, reason: `sessions beyond ${MAX_SESSIONS}` });
  else if (!checkpoint.files.some((file) => file.path === path && file.blob === blob))
    checkpoint.files.push({ path, blob });
}

/** The checkpoints that are new, changed or gone since the refs were where `since` says; all where that is gone. */
export async function changedCheckpoints(
  repository: Repository,
  refs: readonly Ref[],
  since: Readonly<Record<string, string>>,
): Promise<Set<string>> {
  const changed = new Set<string>();
  const take = async (batches: AsyncIterable<TreeFile[]>) => {
    for await (const files of batches) for (const { path } of files) changed.add(checkpointOf(path) ?? '');
  };
  for (const { name, oid } of refs) {
    const before = since[name];
    if (before === oid) continue;
    try {
      await take(before === undefined ? listFiles(repository, oid) : changedFiles(repository, before, oid));
    } catch (error) {
      if (!isGitFailure(error)) throw error;
      await take(listFiles(repository, oid)).catch(() => {}); // told by listCheckpoints
    }
  }
  return changed;
}
