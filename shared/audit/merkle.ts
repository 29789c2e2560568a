/**
 * The Merkle tree of RFC 6962, section 2.1: hashes, inclusion proofs and consistency proofs. Pure: hashes of stored
 * subtrees are asked from the caller, so a proof over millions of events costs a few dozen lookups.
 */
import { createHash } from 'node:crypto';

/** A perfect subtree: 2^level leaves, the index-th of that size. Level 0 are the leaves. */
export interface Subtree {
  level: number;
  index: number;
}

/** Leaves from `start` up to, not including, `end`. */
export type Range = readonly [start: number, end: number];

/** Answers the stored hash of a subtree. */
export type HashOf = (subtree: Subtree) => Buffer;

export function leafHash(event: Uint8Array | string): Buffer {
  return createHash('sha256').update('\0').update(event).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update('\x01').update(left).update(right).digest();
}

/** The root of a tree without leaves. */
export const EMPTY_ROOT = createHash('sha256').digest();

/** The perfect subtrees that make up a range, left to right. The range must begin where a subtree of its size may begin. */
export function subtreesOf([start, end]: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end; ) {
    let level = Math.floor(Math.log2(end - at));
    if (2 ** level > end - at) level--; // log2 rounds up just below large powers
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** MTH of a range: the hashes of its perfect subtrees, folded from the right. */
export function rangeHash(range: Range, hashOf: HashOf): Buffer {
  const hashes = subtreesOf(range).map(hashOf);
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** Whose hashes prove that leaf `index` is in the tree of `size` leaves (RFC 6962, section 2.1.1). */
export function inclusionRanges(index: number, size: number): Range[] {
  return pathRanges(index, 0, size);
}

function pathRanges(leaf: number, start: number, end: number): Range[] {
  if (end - start <= 1) return [];
  const split = start + splitOf(end - start);
  return leaf < split
    ? [...pathRanges(leaf, start, split), [split, end]]
    : [...pathRanges(leaf, split, end), [start, split]];
}

/** Whose hashes prove that the tree of `size` leaves continues the one of its first `oldSize` (RFC 6962, section 2.1.2). */
export function consistencyRanges(oldSize: number, size: number): Range[] {
  return oldSize === 0 || oldSize === size ? [] : subproof(oldSize, 0, size, true);
}

function subproof(oldEnd: number, start: number, end: number, isOldRoot: boolean): Range[] {
  if (oldEnd === end) return isOldRoot ? [] : [[start, end]];
  const split = start + splitOf(end - start);
  return oldEnd <= split
    ? [...subproof(oldEnd, start, split, isOldRoot), [split, end]]
    : [...subproof(oldEnd, split, end, false), [start, split]];
}

/** The largest power of two below n. */
function splitOf(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/**
 * The subtrees that become complete when `leaves` are appended to a tree of `size` leaves, the leaves first. `hashOf`
 * is asked for subtrees of the old tree only.
 */
export function append(size: number, leaves: readonly Buffer[], hashOf: HashOf): { subtree: Subtree; hash: Buffer }[] {
  const added = leaves.map((hash, n) => ({ subtree: { level: 0, index: size + n }, hash }));
  const complete = [...added];
  for (let level = 1, below = added; below.length > 0; level++) {
    const byIndex = new Map(below.map(({ subtree, hash }) => [subtree.index, hash]));
    const hash = (index: number) => byIndex.get(index) ?? hashOf({ level: level - 1, index });
    below = below
      .filter(({ subtree }) => subtree.index % 2 === 1)
      .map(({ subtree: { index } }) => ({
        subtree: { level, index: (index - 1) / 2 },
        hash: nodeHash(hash(index - 1), hash(index)),
      }));
    complete.push(...below);
  }
  return complete;
}

/** True when the proof leads from the leaf to the root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(size) || !isSize(index) || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash: Buffer = Buffer.from(leaf);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/** True when the tree with `root` continues the one with `oldRoot`: nothing of it was changed (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  old: { size: number; root: Uint8Array },
  now: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(old.size) || !isSize(now.size) || old.size > now.size) return false;
  if (old.size === 0) return proof.length === 0 && EMPTY_ROOT.equals(old.root);
  if (old.size === now.size) return proof.length === 0 && Buffer.from(old.root).equals(now.root);
  const path = isPowerOfTwo(old.size) ? [old.root, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [node, last] = [old.size - 1, now.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let oldHash: Buffer = Buffer.from(first);
  let hash: Buffer = Buffer.from(first);
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && oldHash.equals(old.root) && hash.equals(now.root);
}

const half = (n: number) => Math.floor(n / 2);
const isSize = (n: number) => Number.isSafeInteger(n) && n >= 0;
const isPowerOfTwo = (n: number) => 2 ** Math.round(Math.log2(n)) === n;
