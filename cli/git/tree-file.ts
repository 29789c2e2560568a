import { gitFailed } from './errors.js';
import { type FoundObject, type MissingObject, readObjects } from './objects.js';
import { readGit } from './process.js';
import { NUL, records } from './records.js';
import type { Repository } from './repository.js';

/**
 * The object of a file as a commit has it; undefined when it has none there, or a link or a folder. `path` is relative to the
 * top of the tree, with `/`.
 *
 *     100644 blob 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1\tpolicies.toml\0
 */
export async function findTreeFile(repo: Repository, commit: string, path: string): Promise<string | undefined> {
  for await (const batch of records(readGit(repo, ['ls-tree', '-z', '--full-tree', commit, '--', path]), NUL)) {
    for (const record of batch) {
      const [mode = '', , oid] = record.toString('latin1').split(/[ \t]/);
      if (mode.startsWith('100')) return oid;
    }
  }
  return undefined;
}

/** The text of such a file. Throws where the file should be and this clone lacks it. */
export async function readTreeFile(repo: Repository, commit: string, path: string): Promise<string | undefined> {
  const oid = await findTreeFile(repo, commit, path);
  if (oid === undefined) return undefined;
  const object = await readObject(repo, oid);
  if ('missing' in object) throw gitFailed('cat-file', `${path} of ${commit}: ${object.reason}`);
  return object.body.toString('utf8');
}

/** One object; for more of them there is `readObjects`. */
export async function readObject(repo: Repository, oid: string): Promise<FoundObject | MissingObject> {
  for await (const object of readObjects(repo, [oid])) return object;
  throw gitFailed('cat-file', `no answer about ${oid}`);
}
