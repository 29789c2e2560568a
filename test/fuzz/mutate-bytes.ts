import { oddPiece } from './odd.js';
import type { Random } from './random.js';

const TOKEN = /[\w.-]+|"|[^\w"]/g;

/** A note with one to six changes that know nothing of formats. `others` are notes whose pieces may get into it. */
export function mutateBytes(note: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  let changed = note;
  for (let left = 1 + random.below(6); left > 0; left--) changed = random.pick(CHANGES)(changed, random, others);
  return changed;
}

type Change = (note: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const CHANGES: Change[] = [flip, flip, cut, remove, repeat, insert, insert, splice, swapTokens, oddNumber];

function flip(note: Buffer, random: Random): Buffer {
  const copy = Buffer.from(note);
  for (let left = random.size(1, 20); left > 0 && copy.length > 0; left--)
    copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function cut(note: Buffer, random: Random): Buffer {
  const at = random.below(note.length + 1);
  return random.below(3) > 0 ? note.subarray(0, at) : note.subarray(at);
}

function remove(note: Buffer, random: Random): Buffer {
  const { before, after } = parted(note, random);
  return Buffer.concat([before, after.subarray(random.size(1, 400))]);
}

function repeat(note: Buffer, random: Random): Buffer {
  const { before, after } = parted(note, random);
  const piece = after.subarray(0, random.size(1, 400));
  return Buffer.concat([before, ...Array<Buffer>(random.size(1, 20)).fill(piece), after]);
}

function insert(note: Buffer, random: Random): Buffer {
  const { before, after } = parted(note, random);
  return Buffer.concat([before, oddPiece(random), after]);
}

function splice(note: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const { before, after } = parted(note, random);
  const other = parted(random.pick(others), random).after.subarray(0, random.size(1, 2_000));
  return Buffer.concat([before, other, after.subarray(random.pick([0, other.length]))]);
}

function swapTokens(note: Buffer, random: Random): Buffer {
  const tokens = note.toString('latin1').match(TOKEN) ?? [];
  const [one, other] = [random.below(tokens.length), random.below(tokens.length)];
  if (tokens.length > 0) [tokens[one], tokens[other]] = [tokens[other]!, tokens[one]!];
  return Buffer.from(tokens.join(''), 'latin1');
}

function oddNumber(note: Buffer, random: Random): Buffer {
  const numbers = [...note.toString('latin1').matchAll(/\d+/g)];
  if (numbers.length === 0) return note;
  const { index, 0: digits } = random.pick(numbers);
  return Buffer.concat([note.subarray(0, index), oddPiece(random), note.subarray(index + digits.length)]);
}

function parted(note: Buffer, random: Random): { before: Buffer; after: Buffer } {
  const at = random.below(note.length + 1);
  return { before: note.subarray(0, at), after: note.subarray(at) };
}
