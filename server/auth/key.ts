import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SELECTOR_LENGTH = 16;
const SECRET_LENGTH = 32; // 190 bits: guessing is hopeless, so a fast hash is enough
const CRC_LENGTH = 6;
const KEY = /^bp_([a-z]{2,8})_([0-9A-Za-z]{16})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

export interface NewKey {
  /** Shown once, never stored. */
  key: string;
  selector: string;
  verifier: Buffer;
  lastFour: string;
}

/** A new API key: `bp_<type>_<selector>_<secret><crc32>` (compliance.md). The checksum lets scanners tell keys from noise. */
export function createKey(type = 'org'): NewKey {
  const selector = random(SELECTOR_LENGTH);
  const body = `bp_${type}_${selector}_${random(SECRET_LENGTH)}`;
  const key = body + checksum(body);
  return { key, selector, verifier: hashKey(key), lastFour: key.slice(-4) };
}

/** The selector of a well-formed key; undefined for anything else, found out without the database. */
export function selectorOf(key: string): string | undefined {
  const match = KEY.exec(key);
  return match && checksum(key.slice(0, -CRC_LENGTH)) === match[4] ? match[2] : undefined;
}

/** Compares in constant time. */
export function verifyKey(key: string, verifier: Uint8Array): boolean {
  const hash = hashKey(key);
  return hash.length === verifier.length && timingSafeEqual(hash, verifier);
}

function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function random(length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CRC_LENGTH; i++) {
    digits = ALPHABET[rest % ALPHABET.length] + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
