import { messageOf } from '../git/commits.js';
import { commitsSaying } from '../git/grep-messages.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { agitrack, BLOCK_MARK, hasBlocks } from '../sources/agitrack.js';
import { CHECKPOINT_MARK, checkpointsNamed } from '../sources/entire.js';
import { isRead, type Only } from '../sources/index.js';
import type { Checkpoint } from './checkpoints.js';

/**
 * Reads the messages of a history that recorders wrote into: adds to each checkpoint the commits that name it, oldest first, and
 * answers the commits that hold blocks of aGiTrack.
 */
export async function readMessages(
  repository: Repository,
  tips: readonly string[],
  checkpoints: ReadonlyMap<string, Checkpoint>,
  only: Only,
): Promise<string[]> {
  const blocks: string[] = [];
  const marks = [...(checkpoints.size > 0 ? [CHECKPOINT_MARK] : []), ...(isRead(agitrack, only) ? [BLOCK_MARK] : [])];
  const commits = await commitsSaying(repository, tips, marks);
  for await (const object of readObjects(repository, commits.toReversed())) {
    if ('missing' in object) continue;
    const message = messageOf(object.body);
    for (const id of checkpointsNamed(message)) checkpoints.get(id)?.commits.push(object.oid);
    if (isRead(agitrack, only) && hasBlocks(message)) blocks.push(object.oid);
  }
  return blocks;
}
