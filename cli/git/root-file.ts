import { readObjects } from './objects.js';
import { readGit } from './process.js';
import { NUL, records } from './records.js';
import type { Repository } from './repository.js';

/**
 * The object of a file at the top of a commit's tree; undefined when there is none, or when it is a link or a folder.
 *
 *     100644 blob 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1\t.gitattributes\0
 */
export async function findRootFile(repo: Repository, commit: string, name: string): Promise<string | undefined> {
  const listing = readGit(repo, ['ls-tree', '-z', '--full-tree', commit, '--', name]);
  for await (const batch of records(listing, NUL)) {
    for (const record of batch) {
      const [mode, , oid] = record.toString('latin1').split(/[ \t]/);
      if (mode?.startsWith('100')) return oid;
    }
  }
  return undefined;
}

/** The content of a file; undefined when this clone does not have it. */
export async function readFileObject(repo: Repository, oid: string): Promise<Buffer | undefined> {
  for await (const object of readObjects(repo, [oid])) {
    if ('body' in object && object.type === 'blob') return object.body;
  }
  return undefined;
}
