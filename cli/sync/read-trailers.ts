import { type CommitInfo, messageOf } from '../git/commits.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { type Involvement, parseTrailers } from '../sources/trailers.js';

/**
 * What the messages of commits say of AI (formats.md, section 3): that it took part, never which lines. `annotated` commits
 * are left out where their notes say more.
 */
export async function readTrailers(
  repository: Repository,
  commits: ReadonlyMap<string, CommitInfo>,
  annotated: ReadonlyMap<string, unknown>,
): Promise<Map<string, Involvement[]>> {
  const found = new Map<string, Involvement[]>();
  const silent = [...commits.keys()].filter((oid) => !annotated.has(oid));
  for await (const object of readObjects(repository, silent)) {
    const commit = commits.get(object.oid);
    if ('missing' in object || !commit) continue;
    const author = { name: commit.authorName, email: commit.authorEmail };
    const involved = parseTrailers(messageOf(object.body), author);
    if (involved.length > 0) found.set(object.oid, involved);
  }
  return found;
}
