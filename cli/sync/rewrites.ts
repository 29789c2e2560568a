import type { CommitInfo } from '../git/commits.js';

/** A commit that is not on the branch, and the one there where its lines are now, if it is known. */
export interface Rewrite {
  from: CommitInfo;
  to: CommitInfo | undefined;
}

/** What became of commits that are not on the branch. Of several commits that make the same patch it is the latest. */
export class Rewrites {
  readonly #byOid: Map<string, Rewrite>;

  /** `lost`: commits that left the branch, whatever became of them. */
  constructor(lost: readonly CommitInfo[]) {
    this.#byOid = new Map(lost.map((from) => [from.oid, { from, to: undefined }]));
  }

  add(from: CommitInfo, to: CommitInfo): void {
    const known = this.#byOid.get(from.oid)?.to;
    if (!known || isLater(to, known)) this.#byOid.set(from.oid, { from, to });
  }

  /** All of them. A recorder that moved a note knows better what became of its commit than the patch. */
  and(moved: readonly Rewrite[]): Rewrite[] {
    return [...new Map([...this.#byOid, ...moved.map((rewrite) => [rewrite.from.oid, rewrite] as const)]).values()];
  }
}

/** An order of commits that is the same in every clone. */
export function isLater(a: CommitInfo, b: CommitInfo): boolean {
  return a.committedAt > b.committedAt || (a.committedAt === b.committedAt && a.oid > b.oid);
}

/** When a commit was written: rewriting renews the committer's date, and keeps the author's or renews it, too. */
export function writtenAt({ authoredAt, committedAt }: CommitInfo): number {
  return Math.min(authoredAt, committedAt);
}

/** What a commit is rewritten into is committed after it was written. */
export function canBecome(origin: CommitInfo | undefined, target: CommitInfo | undefined): boolean {
  return origin !== undefined && target !== undefined && writtenAt(origin) <= target.committedAt;
}
