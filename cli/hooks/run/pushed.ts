import { walkHistory } from '../../git/history.js';
import { listRefs } from '../../git/refs.js';
import type { Repository } from '../../git/repository.js';
import type { CommitRange } from '../../policy/judge-commits.js';

/** More than anybody reviews in one push; a whole history on its way to a new remote is not judged here. */
export const MAX_PUSHED = 1000;

/** Oids that git is told to leave out, on its command line. */
const MAX_KNOWN = 10_000;

/**
 * The commits that a push brings to a remote, as ranges: one for each branch or tag, without what the remote has as far as this
 * clone knows, and without what another branch of the push brings. Undefined when there are more than are judged here. `input`
 * is what git tells its pre-push hook:
 *
 *     refs/heads/topic 67890 refs/heads/topic 12345
 *     (delete) 0000000 refs/heads/old 12345
 */
export async function pushedRanges(
  repository: Repository,
  remote: string,
  input: string,
): Promise<CommitRange[] | undefined> {
  const tracked = await listRefs(repository, [`refs/remotes/${remote}/`]);
  // Pushed to a URL: what any remote has was judged on its way there.
  const remotes = tracked.length > 0 ? tracked : await listRefs(repository, ['refs/remotes/']);
  const known = new Set(remotes.slice(0, MAX_KNOWN).map(({ oid }) => oid));
  const heads = new Set<string>();
  for (const line of input.split('\n')) {
    const [, local = '', name = '', old = ''] = line.split(' ');
    if (isOid(old)) known.add(old);
    if (isOid(local) && !/^refs\/(notes|blameprompt|ai)\//.test(name)) heads.add(local);
  }
  const ranges: CommitRange[] = [];
  let count = 0;
  for (const head of heads) {
    if (known.has(head)) continue;
    const base = [...known];
    const before = count;
    for await (const _ of walkHistory(repository, { tip: head, exclude: base })) {
      if (++count > MAX_PUSHED) return undefined;
    }
    if (count > before) ranges.push({ head, base });
    known.add(head);
  }
  return ranges;
}

/** Zeros stand for a ref that is not there. */
const isOid = (text: string) => /^[0-9a-f]{40,64}$/.test(text) && !/^0+$/.test(text);
