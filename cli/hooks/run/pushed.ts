import { walkHistory } from '../../git/history.js';
import { listRefs } from '../../git/refs.js';
import type { Repository } from '../../git/repository.js';
import type { CommitRange } from '../../policy/judge-commits.js';

/** More than anybody reviews in one push; a whole history on its way to a new remote is not judged here. */
export const MAX_PUSHED = 1000;

/**
 * The commits that a push brings to a remote, as ranges: one for each branch or tag, without what the remote has as far as this
 * clone knows, and without what another branch of the push brings. `input` is what git tells its pre-push hook:
 *
 *     refs/heads/topic 67890 refs/heads/topic 12345
 *     (delete) 0000000 refs/heads/old 12345
 */
export async function pushedRanges(repository: Repository, remote: string, input: string): Promise<CommitRange[]> {
  const tracked = await listRefs(repository, [`refs/remotes/${remote}/`]);
  // Pushed to a URL: what any remote has was judged on its way there.
  const known = (tracked.length > 0 ? tracked : await listRefs(repository, ['refs/remotes/'])).map(({ oid }) => oid);
  const ranges: CommitRange[] = [];
  for (const line of input.split('\n')) {
    const [, local = '', name = '', old = ''] = line.split(' ');
    const isDeleted = /^0*$/.test(local);
    if (isDeleted || !/^[0-9a-f]+$/.test(local) || /^refs\/(notes|blameprompt|ai)\//.test(name)) continue;
    const base = /^0*$/.test(old) ? known : [old, ...known];
    ranges.push({ head: local, base: [...base, ...ranges.map(({ head }) => head)] });
  }
  return ranges;
}

/** Whether the ranges hold more commits than are judged here. */
export async function isTooMuch(repository: Repository, ranges: readonly CommitRange[]): Promise<boolean> {
  let count = 0;
  for (const { head, base } of ranges) {
    for await (const _ of walkHistory(repository, { tip: head, exclude: base as readonly string[] })) {
      if (++count > MAX_PUSHED) return true;
    }
  }
  return false;
}
