import { readGit } from './process.js';
import { NUL, records } from './records.js';
import type { Repository } from './repository.js';

/** An entry of a tree, at any depth. */
export interface TreeFile {
  path: string;
  /** Of a removed one, the object that it was. Undefined: no file but a submodule. */
  blob: string | undefined;
}

export interface ChangedFile extends TreeFile {
  removed: boolean;
}

/**
 * Every file of a tree, or of the given paths below it, in batches as git prints them: a promise for each would cost
 * more than git itself.
 *
 *     100644 blob 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1\tab/cdef0123…\0
 */
export async function* listFiles(
  repo: Repository,
  tree: string,
  paths: readonly string[] = [],
): AsyncGenerator<TreeFile[]> {
  const args = ['ls-tree', '-r', '-z', '--full-tree', tree, '--', ...paths];
  for await (const batch of records(readGit(repo, args), NUL)) {
    yield batch.map((record) => {
      const tab = record.indexOf(0x09);
      const [, type = '', oid = ''] = record.toString('latin1', 0, tab).split(' ');
      return { path: record.toString('utf8', tab + 1), blob: type === 'blob' ? oid : undefined };
    });
  }
}

/**
 * What differs between two trees; a file that moved is removed and added. Fails when one of them is gone.
 *
 *     :000000 100644 0000000000000000000000000000000000000000 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1 A\0ab/cdef0123…\0
 */
export async function* changedFiles(repo: Repository, before: string, after: string): AsyncGenerator<ChangedFile[]> {
  let header: string | undefined;
  for await (const batch of records(readGit(repo, ['diff-tree', '-r', '-z', '--no-renames', before, after]), NUL)) {
    const files: ChangedFile[] = [];
    for (const record of batch) {
      if (header === undefined) {
        header = record.toString('latin1');
        continue;
      }
      const [oldMode = '', newMode = '', oldBlob = '', newBlob = '', status] = header.split(' ');
      header = undefined;
      const removed = status === 'D';
      const [mode, oid] = removed ? [oldMode.slice(1), oldBlob] : [newMode, newBlob];
      files.push({ path: record.toString('utf8'), blob: mode === '160000' ? undefined : oid, removed });
    }
    yield files;
  }
}
