import { groupBy } from '../../shared/group-by.js';
import type { LineSet } from '../../shared/line-set.js';
import { type CommitFact, factsOf } from '../git/commit-facts.js';
import type { CommitInfo } from '../git/commits.js';
import type { FileChange } from '../git/patch-parser.js';
import type { Repository } from '../git/repository.js';
import type { Claim } from '../sources/source.js';
import type { Origin } from './find-rewritten.js';
import type { Spoken } from './reading.js';
import { canBecome, isLater } from './rewrites.js';
import { transferLines } from './transfer-lines.js';

/** Nobody rewrites a commit more often; the newest are kept. */
const MAX_SAME = 100;

/** Annotated commits beside the branch, found by the patch they make. */
export class Origins {
  readonly #byPatch = new Map<string, CommitFact[]>();
  readonly #byTwin: Map<string | undefined, Origin[]>;

  private constructor(origins: Iterable<Origin>) {
    this.#byTwin = groupBy(origins, ({ twin }) => twin);
  }

  /** Reads the patches of those that have no twin. What cannot be read is no origin of anything. */
  static async read(
    repository: Repository,
    candidates: ReadonlyMap<string, Origin>,
    isIgnored: (path: string) => boolean,
  ): Promise<Origins> {
    const origins = new Origins(candidates.values());
    const unread = origins.#byTwin.get(undefined)?.map(({ commit }) => commit) ?? [];
    if (unread.length === 0) return origins;
    for await (const fact of factsOf(repository, () => unread, isIgnored)) if (!('reason' in fact)) origins.#add(fact);
    return origins;
  }

  /** The commits in an order in which twins come first: they tell the patches of their origins. */
  *ordered(commits: ReadonlyMap<string, CommitInfo>): Generator<CommitInfo> {
    for (const [oid, commit] of commits) if (this.#byTwin.has(oid)) yield commit;
    for (const [oid, commit] of commits) if (!this.#byTwin.has(oid)) yield commit;
  }

  /** The commits that this one was made from, the newest first: they make the same patch and were written before. */
  of(target: CommitFact): CommitFact[] {
    const { patch, files, added, deleted } = target;
    if (patch === undefined) return [];
    for (const { commit } of this.#byTwin.get(target.oid) ?? [])
      this.#add({ ...commit, isMerge: false, patch, files, added, deleted });
    const same = (this.#byPatch.get(patch) ?? []).filter((origin) => canBecome(origin, target));
    return same.sort((a, b) => (isLater(a, b) ? -1 : 1));
  }

  #add(origin: CommitFact): void {
    if (origin.patch === undefined) return;
    const same = this.#byPatch.get(origin.patch);
    if (same) same.length < MAX_SAME && same.push(origin);
    else this.#byPatch.set(origin.patch, [origin]);
  }
}

/**
 * What notes of its origins say about a commit that has none of its own; undefined when they say nothing. Numbers
 * without lines are taken once for each source, from the newest origin that has some.
 */
export function inherit(
  target: CommitFact,
  origins: readonly CommitFact[],
  spoken: ReadonlyMap<string, Spoken>,
): Spoken | undefined {
  let inherited: Spoken | undefined;
  for (const origin of origins) {
    const said = spoken.get(origin.oid);
    if (!said) continue;
    inherited ??= { sources: new Set(), hasReceipts: false, claims: [], counts: new Map() };
    for (const source of said.sources) inherited.sources.add(source);
    inherited.hasReceipts ||= said.hasReceipts;
    for (const claim of transferClaims(said.claims, origin.files, target.files)) inherited.claims.push(claim);
    for (const [source, counts] of said.counts) if (!inherited.counts.has(source)) inherited.counts.set(source, counts);
  }
  return inherited;
}

/** Claims about the lines of one patch as claims about the same lines where it was applied again. */
function transferClaims(claims: readonly Claim[], from: readonly FileChange[], to: readonly FileChange[]): Claim[] {
  const addedTo = new Map(to.map(({ path, added }) => [path, added]));
  const added = new Map(
    from.map((file): [string, [LineSet, LineSet]] => [file.path, [file.added, addedTo.get(file.path) ?? []]]),
  );
  return claims.flatMap((claim) => {
    const places = added.get(claim.path);
    const lines = places ? transferLines(claim.lines, ...places) : [];
    return lines.length === 0 ? [] : [{ ...claim, lines }];
  });
}
