import { createHash } from 'node:crypto';

/** Namespace of every identity we derive; never change it: receipts already stored would count again. */
const NAMESPACE = Buffer.from('c9f1a4a26a5e5d0b9f0e8d6f4f0f6b1e', 'hex');

/**
 * UUIDv5 (RFC 9562, 5.5) of a stable name (design.md, decision 3). Parts are length-prefixed, so that no two lists give one
 * name. Lone surrogates, which have no UTF-8, count as U+FFFD.
 */
export function stableId(...parts: string[]): string {
  const name = parts.map((part) => `${part.length}:${part}`).join('');
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
