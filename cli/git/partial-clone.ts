import type { CommitInfo } from './commits.js';
import { diffCommits, type MarkedParser } from './diff-tree.js';
import { presentObjects } from './objects.js';
import type { Repository } from './repository.js';

/**
 * The commits of a partial clone whose lines can't be counted, with the reason. Git would try to fetch what is missing,
 * object by object; it is not allowed to and dies, which for every commit would cost more than finding out beforehand:
 * one pass for the trees, one over the changed files' names, none over their contents.
 */
export async function commitsWithoutObjects(
  repo: Repository,
  commits: () => Iterable<CommitInfo> | AsyncIterable<CommitInfo>,
  known: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const trees = new Map<string, string>();
  for await (const commit of commits()) trees.set(commit.oid, commit.tree);
  const presentTrees = await presentObjects(repo, new Set(trees.values()));
  const unreadable = new Map<string, string>();
  for (const [oid, tree] of trees) if (!presentTrees.has(tree)) unreadable.set(oid, missing(tree));

  const commitsOf = new Map<string, string[]>();
  const diffs = diffCommits(repo, commits(), {
    format: ['--raw', '--no-abbrev', '--find-renames=100%', '--ignore-submodules=all'],
    skip: new Map([...known, ...unreadable]),
    newParser: () => new RawParser(),
  });
  for await (const diff of diffs) {
    if ('reason' in diff) unreadable.set(diff.commit.oid, diff.reason);
    else for (const blob of diff.answer.blobs) add(commitsOf, blob, diff.commit.oid);
  }
  const presentBlobs = await presentObjects(repo, new Set(commitsOf.keys()));
  for (const [blob, changing] of commitsOf) {
    if (presentBlobs.has(blob)) continue;
    for (const commit of changing) unreadable.set(commit, missing(blob));
  }
  return unreadable;
}

function missing(oid: string): string {
  return `object ${oid} is not in this partial clone`;
}

function add(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

interface Raw {
  commit: string;
  /** The contents that a comparison would read. */
  blobs: string[];
}

/**
 *     #0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1
 *     :100644 100644 <old blob> <new blob> M\tsrc/a.ts
 *     :100644 100644 <blob> <blob> R100\tsrc/b.ts\tsrc/c.ts
 */
class RawParser implements MarkedParser<Raw> {
  #rest = '';
  #current: Raw | undefined;

  push(chunk: Buffer): Raw[] {
    const finished: Raw[] = [];
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('#')) {
        finished.push(...this.end());
        this.#current = { commit: line.slice(1), blobs: [] };
      } else {
        this.#current?.blobs.push(...comparedBlobs(line));
      }
    }
    return finished;
  }

  end(): Raw[] {
    const last = this.#current;
    this.#current = undefined;
    return last ? [last] : [];
  }
}

/** Same content on both sides (a rename, another mode) is not read. */
function comparedBlobs(line: string): string[] {
  const [, , oldBlob = '', newBlob = ''] = line.slice(0, line.indexOf('\t')).split(' ');
  return oldBlob === newBlob ? [] : [oldBlob, newBlob].filter((oid) => /[1-9a-f]/.test(oid));
}
