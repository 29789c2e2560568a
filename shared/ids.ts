import { parse, v5 } from 'uuid';

/** Namespace of every identity we derive; never change it: receipts already stored would count again. */
const NAMESPACE = parse('c9f1a4a2-6a5e-5d0b-9f0e-8d6f4f0f6b1e');

/**
 * UUIDv5 of a stable name (design.md, decision 3). Parts are length-prefixed, so that no two lists give one name. Lone
 * surrogates, which have no UTF-8, count as U+FFFD.
 */
export function stableId(...parts: string[]): string {
  return v5(Buffer.from(parts.map((part) => `${part.length}:${part}`).join('')), NAMESPACE);
}
