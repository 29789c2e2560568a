import type { Format } from './formats.js';
import { mutateAttestation } from './mutate-attestation.js';
import { mutateBytes } from './mutate-bytes.js';
import { jsonIn, mutateJson } from './mutate-json.js';
import { mutateSize } from './mutate-size.js';
import { Random } from './random.js';

export interface Mutation {
  note: Buffer;
  /** True when no text can have come to stand under another key, so that what is private can be told. */
  keepsKeys: boolean;
}

/** Every so many notes one is made large. */
const LARGE = 1_000;

/** The `n`th changed note of a format: the same for the same seed, so that one can be looked at again. */
export function mutate(format: Format, n: number, seed: number, others: readonly Buffer[]): Mutation {
  const random = new Random(seed, format.name, n);
  const note = random.pick(format.notes);
  if (n % LARGE === LARGE - 1) return { note: mutateSize(note, random), keepsKeys: false };

  const text = note.toString();
  const kinds = [() => mutateBytes(note, random, others)];
  const json = jsonIn(text);
  const changedJson = () => (json ? json.before + mutateJson(json.json, random) + json.after : text);
  if (json) kinds.push(() => Buffer.from(changedJson()));
  if (/^ {2}\S+ \d/m.test(text)) {
    kinds.push(() => Buffer.from(mutateAttestation(text, random)));
    kinds.push(() => Buffer.from(mutateAttestation(changedJson(), random)));
  }
  const kind = random.below(kinds.length);
  return { note: kinds[kind]!(), keepsKeys: kind > 0 };
}
