import type { KeyObject } from 'node:crypto';
import { openCheckpoint } from './checkpoint.js';
import { hashDetail } from './event.js';
import { append, leafHash, rangeHash, type Subtree } from './merkle.js';

/** One line of an export: an event in its place. `detail` and `salt` are null where a person was erased. */
export interface LogEntry {
  seq: number;
  event: string;
  salt: string | null;
  detail: string | null;
}

export interface Verification {
  /** Events read. */
  size: number;
  /** What is wrong, in words that name the event; empty: nothing. */
  faults: string[];
  /** Events whose detail was erased or replaced. */
  erased: number;
}

/** More faults than these tell nothing new. */
const MAX_FAULTS = 100;

/**
 * Checks an exported log without asking anybody: numbers without a gap, each event's bytes, and the root of all of them
 * against signed checkpoints: the export's own, and older ones that were kept elsewhere. Memory does not grow with the log.
 */
export async function verifyLog(
  entries: AsyncIterable<LogEntry>,
  checkpoints: readonly { name: string; text: string }[],
  publicKeys: readonly KeyObject[],
): Promise<Verification> {
  const faults: string[] = [];
  const report = (fault: string) => {
    if (faults.length < MAX_FAULTS) faults.push(fault);
  };
  const opened = checkpoints.flatMap(({ name, text }) => {
    const checkpoint = openCheckpoint(text, publicKeys);
    if ('reason' in checkpoint) report(`${name} ${checkpoint.reason}`);
    return 'reason' in checkpoint ? [] : [{ name, ...checkpoint }];
  });
  const [first] = opened;
  for (const { name, origin } of opened) {
    if (origin !== first!.origin) report(`${name} is of another log: ${origin}, not ${first!.origin}`);
  }

  const edge = new Map<string, Buffer>();
  const key = ({ level, index }: Subtree) => `${level}/${index}`;
  const hashOf = (subtree: Subtree) => edge.get(key(subtree))!;
  let size = 0;
  let erased = 0;
  const compare = () => {
    for (const { name, size: expected, root } of opened) {
      if (expected === size && !rangeHash([0, size], hashOf).equals(root))
        report(`${name} was signed over other events: something among the first ${size} was changed`);
    }
  };
  compare();
  for await (const { seq, event, salt, detail } of entries) {
    if (seq !== size) report(`event ${seq} stands where ${size} should be: events are missing or out of order`);
    for (const { subtree, hash } of append(size, [leafHash(event)], hashOf)) {
      edge.set(key(subtree), hash);
      if (subtree.level > 0) {
        // Only the right edge of the tree is asked for again.
        edge.delete(key({ level: subtree.level - 1, index: subtree.index * 2 }));
        edge.delete(key({ level: subtree.level - 1, index: subtree.index * 2 + 1 }));
      }
    }
    size++;
    const fault = checkDetail(event, salt, detail);
    if (fault === 'erased') erased++;
    else if (fault) report(`event ${seq} ${fault}`);
    compare();
  }
  for (const { name, size: expected } of opened) {
    if (expected > size) report(`${name} covers ${expected} events, but there are ${size}: the end is missing`);
  }
  if (!opened.some((checkpoint) => checkpoint.size >= size))
    report(`no checkpoint covers all ${size} events: the last ones are not signed`);
  return { size, faults, erased };
}

function checkDetail(event: string, salt: string | null, detail: string | null): string | undefined {
  let parsed: { v?: unknown; detail_hash?: unknown };
  try {
    parsed = JSON.parse(event);
  } catch {
    return 'is no JSON';
  }
  if (parsed?.v !== 1) return 'is of a version that this verifier does not know';
  if (salt === null || detail === null) return 'erased';
  return hashDetail(salt, detail) === parsed.detail_hash ? undefined : 'has another detail than it was recorded with';
}
