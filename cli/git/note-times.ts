import { readGit } from './process.js';
import { LF, records } from './records.js';
import type { Repository } from './repository.js';

/**
 * When the notes of these commits were first attached (unix seconds), by the history of the notes ref. For commits that
 * are not here (squashed, rebased, another clone's) there is no better time. Git walks newest first, so the last time
 * seen is the first; notes merges repeat what their parents did and are left out.
 *
 * Measured: 9,760 notes commits with 10,685 notes in 0.4 s.
 */
export async function noteTimes(
  repo: Repository,
  tip: string,
  commits: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  if (commits.size === 0) return times;
  let time = Number.NaN;
  for await (const batch of records(readGit(repo, [...LOG, tip, '--']), LF)) {
    for (const line of batch) {
      if (line[0] !== COLON) {
        if (line.length > 0) time = Number(line.toString('latin1'));
        continue;
      }
      const commit = addedTo(line.toString('latin1'));
      if (commit !== undefined && commits.has(commit)) times.set(commit, time);
    }
  }
  return times;
}

const COLON = 0x3a;

const LOG = ['log', '--format=%ct', '--raw', '-r', '--no-abbrev', '--no-renames', '--no-merges', '--no-mailmap'];

/**
 *     1772017356
 *
 *     :000000 100644 0000000000000000000000000000000000000000 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1 A\tab/cdef0123…
 *
 * Git quotes unusual paths; none of those is a note.
 */
function addedTo(line: string): string | undefined {
  const tab = line.indexOf('\t');
  return tab < 0 || line[tab - 1] === 'D'
    ? undefined
    : line
        .slice(tab + 1)
        .replaceAll('/', '')
        .toLowerCase();
}
