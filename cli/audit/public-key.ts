import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CliError } from '../errors.js';

/** A public key: a PEM file's path, or the base64 of its DER (SPKI) as the server shows it. */
export async function readPublicKey(text: string): Promise<KeyObject> {
  try {
    if (/^[A-Za-z0-9+/]{40,100}={0,2}$/.test(text)) {
      return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    }
    return createPublicKey(await readFile(text));
  } catch (cause) {
    throw new CliError('invalid_key', 'A key is a PEM file or the base64 that audit checkpoint shows.', { cause });
  }
}
