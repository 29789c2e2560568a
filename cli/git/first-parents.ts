import { readGit } from './process.js';
import { LF, NUL, records } from './records.js';
import type { Repository } from './repository.js';

/** Those of the commits that are on the line of first parents, which is what was the branch's tip at some time. */
export async function onFirstParents(repo: Repository, tip: string, wanted: ReadonlySet<string>): Promise<Set<string>> {
  const found = new Set<string>();
  if (wanted.size === 0) return found;
  for await (const batch of records(readGit(repo, ['rev-list', '--first-parent', tip, '--']), LF)) {
    for (const line of batch) {
      const oid = line.toString('latin1');
      if (wanted.has(oid)) found.add(oid);
    }
    if (found.size === wanted.size) break;
  }
  return found;
}

const LOG = ['log', '-z', '--first-parent', '-m', '--raw', '-r', '--no-abbrev', '--no-renames'];

/**
 * The line of first parents from the tip on, with the paths that each commit changed against its first parent; merges
 * too. Names of files only: no contents are read.
 *
 *     <commit>\0\n:100644 100644 <old> <new> M\0src/a.ts\0:000000 100644 <old> <new> A\0src/b.ts\0<commit>\0…
 */
export async function* firstParentChanges(
  repo: Repository,
  tip: string,
): AsyncGenerator<{ commit: string; paths: string[] }> {
  let current: { commit: string; paths: string[] } | undefined;
  let isPath = false;
  const args = [...LOG, '--no-notes', '--format=%H', tip, '--'];
  for await (const batch of records(readGit(repo, args), NUL)) {
    for (const record of batch) {
      if (isPath) {
        current?.paths.push(record.toString('utf8'));
        isPath = false;
      } else if (record[0] === COLON || record[1] === COLON) isPath = true;
      else {
        if (current) yield current;
        current = { commit: record.toString('latin1'), paths: [] };
      }
    }
  }
  if (current) yield current;
}

const COLON = 0x3a;
