import { groupBy } from '../../shared/group-by.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { type CheckpointFile, entire, parseCheckpoint } from '../sources/entire.js';
import { named } from '../sources/index.js';
import type { NoteContext } from '../sources/source.js';
import type { Checkpoint } from './checkpoints.js';
import type { Reading } from './reading.js';

/** Most bytes of one checkpoint's metadata; the most seen are 22 KB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A checkpoint of which files are still to come. */
interface Open {
  checkpoint: Checkpoint;
  left: number;
  bytes: number;
  files: CheckpointFile[];
  /** Why a file cannot be read. */
  reason?: string;
  isAbsent: boolean;
}

/** Reads checkpoints in one stream, one after the other, so that no more than one is in memory. */
export async function readCheckpoints(
  repository: Repository,
  checkpoints: readonly Checkpoint[],
  reading: Reading,
  context: (commit: string) => NoteContext,
): Promise<void> {
  const wanted = checkpoints.flatMap((checkpoint) => {
    const open: Open = { checkpoint, left: checkpoint.files.length, bytes: 0, files: [], isAbsent: false };
    return checkpoint.files.map(({ path, blob }) => ({ path, blob, open }));
  });
  // What is not here comes first, otherwise the order is ours: of one object, answers come as often as it was asked for.
  const waiting = groupBy(wanted, ({ blob }) => blob);
  for await (const object of readObjects(
    repository,
    wanted.map(({ blob }) => blob),
  )) {
    const { path, open } = waiting.get(object.oid)!.shift()!;
    open.left--;
    if ('missing' in object) {
      open.reason = object.reason;
      open.isAbsent ||= object.missing === 'absent';
    } else {
      open.bytes += object.body.length;
      if (open.bytes > MAX_BYTES) open.reason = `larger than ${MAX_BYTES} bytes`;
      else open.files.push({ path, body: object.body });
    }
    if (open.left === 0) await take(open, reading, context);
  }
}

async function take(
  { checkpoint: { ref, id, commits }, files, reason, isAbsent }: Open,
  reading: Reading,
  context: (commit: string) => NoteContext,
): Promise<void> {
  if (isAbsent) reading.pending.push(id, ...commits);
  if (reason !== undefined) return reading.skip({ ref, commit: id }, reason);
  await reading.take({ ref, commit: id }, commits, (commit) => named(entire, parseCheckpoint(files, context(commit))));
}
