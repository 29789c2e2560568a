import test from 'ava';
import fc from 'fast-check';
import {
  append,
  consistencyRanges,
  EMPTY_ROOT,
  type HashOf,
  inclusionRanges,
  leafHash,
  nodeHash,
  rangeHash,
  type Subtree,
  verifyConsistency,
  verifyInclusion,
} from './merkle.js';

// The leaves and roots with which implementations of RFC 6962 are tested.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** MTH as section 2.1 of RFC 6962 writes it. */
function slowRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length <= 1) return leaves[0] ?? EMPTY_ROOT;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(slowRoot(leaves.slice(0, k)), slowRoot(leaves.slice(k)));
}

/** A tree to which leaves are appended in the given portions. */
function grow(leaves: readonly Buffer[], portions: readonly number[]): HashOf {
  const stored = new Map<string, Buffer>();
  const key = ({ level, index }: Subtree) => `${level}/${index}`;
  const hashOf: HashOf = (subtree) => {
    const hash = stored.get(key(subtree));
    if (!hash) throw new Error(`${key(subtree)} is not stored`);
    return hash;
  };
  for (let size = 0, n = 0; size < leaves.length; n++) {
    const portion = leaves.slice(size, size + Math.max(1, portions[n % portions.length]!));
    for (const { subtree, hash } of append(size, portion, hashOf)) stored.set(key(subtree), hash);
    size += portion.length;
  }
  return hashOf;
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, n) => leafHash(`event ${n}`));
const sizes = fc.integer({ min: 1, max: 300 });

test('the published vectors of RFC 6962 come out', (t) => {
  const leaves = LEAVES.map((hex) => leafHash(Buffer.from(hex, 'hex')));
  t.is(EMPTY_ROOT.toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  for (const [n, root] of ROOTS.entries()) {
    const hashOf = grow(leaves.slice(0, n + 1), [1]);
    t.is(rangeHash([0, n + 1], hashOf).toString('hex'), root);
  }
});

test('however the leaves arrive, the root is the one of the definition', (t) => {
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }), (size, portions) => {
      const leaves = leavesOf(size);
      return rangeHash([0, size], grow(leaves, portions)).equals(slowRoot(leaves));
    }),
    { numRuns: 50 },
  );
  t.pass();
});

test('every leaf is proved, and no other leaf, place or size passes with its proof', (t) => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, anyIndex, anyOther) => {
      const index = anyIndex % size;
      const leaves = leavesOf(size);
      const hashOf = grow(leaves, [7]);
      const root = rangeHash([0, size], hashOf);
      const proof = inclusionRanges(index, size).map((range) => rangeHash(range, hashOf));
      const other = anyOther % size;
      return (
        verifyInclusion(leaves[index]!, index, size, proof, root) &&
        (other === index || !verifyInclusion(leaves[other]!, index, size, proof, root)) &&
        (other === index || !verifyInclusion(leaves[index]!, other, size, proof, root)) &&
        !verifyInclusion(leaves[index]!, index, size, [...proof, root], root) &&
        (proof.length === 0 || !verifyInclusion(leaves[index]!, index, size, proof.slice(1), root)) &&
        !verifyInclusion(leaves[index]!, size, size, proof, root)
      );
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('every earlier tree is proved to be the beginning, and a changed one is not', (t) => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, anyOld, anyChanged) => {
      const oldSize = anyOld % (size + 1);
      const leaves = leavesOf(size);
      const hashOf = grow(leaves, [5, 1]);
      const old = { size: oldSize, root: rangeHash([0, oldSize], hashOf) };
      const now = { size, root: rangeHash([0, size], hashOf) };
      const proof = consistencyRanges(oldSize, size).map((range) => rangeHash(range, hashOf));
      if (!verifyConsistency(old, now, proof)) return false;
      if (oldSize === 0) return true;
      const changed = leaves.slice(0, oldSize).with(anyChanged % oldSize, leafHash('another event'));
      const swapped = { size: oldSize, root: slowRoot(changed) };
      const isBackwards = verifyConsistency(now, old, proof);
      return !verifyConsistency(swapped, now, proof) && isBackwards === (oldSize === size);
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('sizes that are no numbers of leaves prove nothing', (t) => {
  const leaf = leafHash('a');
  for (const size of [-1, 0.5, Number.NaN, 2 ** 60]) {
    t.false(verifyInclusion(leaf, 0, size, [], leaf));
    t.false(verifyConsistency({ size, root: leaf }, { size, root: leaf }, []));
  }
});
