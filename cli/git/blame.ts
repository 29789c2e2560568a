import { type LineSet, normalize } from '../../shared/line-set.js';
import { readGit } from './process.js';
import { decodePath } from './quoted-path.js';
import { LF, records } from './records.js';
import type { Repository } from './repository.js';

/** Lines of a file that one commit wrote: where they stood then, and where they stand now. */
export interface BlamedLines {
  commit: string;
  /** What the file was called in that commit. */
  path: string;
  /** Number of the first line in that commit. */
  from: number;
  /** Number of the first line now. */
  to: number;
  count: number;
}

/**
 * Which commits of a range wrote the lines that `path` has at its head. Lines older than the range are told of the
 * commits at its border. Nothing when the head has no such file.
 *
 *     0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1 3 5 2
 *     author Ada Example
 *     filename src/a.ts
 */
export async function blame(
  repo: Repository,
  { head, exclude }: { head: string; exclude: readonly string[] },
  path: string,
): Promise<BlamedLines[]> {
  const found: BlamedLines[] = [];
  let current: Omit<BlamedLines, 'path'> | undefined;
  // An empty list of commits to ignore: a configured one would tell their lines of others.
  const args = [
    'blame',
    '--incremental',
    '--no-progress',
    '--ignore-revs-file=',
    head,
    ...exclude.map((oid) => `^${oid}`),
  ];
  for await (const batch of records(readGit(repo, [...args, '--', path]), LF)) {
    for (const line of batch) {
      const [, commit, from, to, count] = ENTRY.exec(line.toString('latin1')) ?? [];
      if (commit !== undefined) current = { commit, from: Number(from), to: Number(to), count: Number(count) };
      else if (current && line.indexOf('filename ') === 0) {
        found.push({ ...current, path: decodePath(line.subarray('filename '.length)) });
        current = undefined;
      }
    }
  }
  return found;
}

const ENTRY = /^([0-9a-f]{40}|[0-9a-f]{64}) (\d+) (\d+) (\d+)$/;

/** Where lines of a commit stand now, as far as they still do. */
export function follow(blamed: readonly BlamedLines[], commit: string, path: string, lines: LineSet): LineSet {
  const now: [number, number][] = [];
  for (const entry of blamed) {
    if (entry.commit !== commit || entry.path !== path) continue;
    for (const [start, end] of lines) {
      const from = Math.max(start, entry.from);
      const to = Math.min(end, entry.from + entry.count - 1);
      if (from <= to) now.push([from - entry.from + entry.to, to - entry.from + entry.to]);
    }
  }
  return normalize(now);
}
