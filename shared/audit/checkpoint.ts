/**
 * The signed head of an org's audit log, as C2SP's tlog-checkpoint and signed-note write it:
 *
 *     blameprompt.example.com/audit/acme
 *     1234
 *     KuJ0eVpUqA0FyqzpCGGcVfzcOSjZYKGSzHnEHRkBBRM=
 *
 *     — blameprompt.example.com/audit/acme Az3gr…
 *
 * The origin, the number of events, the root; an empty line; a line for each signature: the key's name, and the first
 * four bytes of its id followed by the Ed25519 signature of everything before the empty line.
 */
import { createHash, type KeyObject, verify } from 'node:crypto';

export interface Checkpoint {
  /** Names the log: unique among all logs, and the name of the key that signs. */
  origin: string;
  /** Number of events. */
  size: number;
  /** Root hash of the tree of these events. */
  root: Buffer;
}

/** Any text this long is no checkpoint of ours; signatures of witnesses may follow ours. */
const MAX_LENGTH = 16 * 1024;
const ED25519 = 0x01;

/** An Ed25519 key whose private half stays where it is. */
export interface CheckpointKey {
  publicKey: KeyObject;
  sign(text: string): Buffer;
}

/** The checkpoint's text with our signature. */
export function signCheckpoint({ origin, size, root }: Checkpoint, { publicKey, sign }: CheckpointKey): string {
  const body = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const signature = sign(body);
  const id = keyId(origin, publicKey);
  return `${body}\n— ${origin} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/**
 * Reads a checkpoint and checks that one of the keys signed it; `{reason}` says why it cannot be trusted. Signatures of
 * other keys (witnesses) are passed over, as signed-note asks.
 */
export function openCheckpoint(text: string, publicKeys: readonly KeyObject[]): Checkpoint | { reason: string } {
  const end = text.indexOf('\n\n');
  if (text.length > MAX_LENGTH || end < 0) return { reason: 'is no checkpoint' };
  const body = text.slice(0, end + 1);
  const [origin = '', sizeText = '', rootText = ''] = body.split('\n');
  const size = Number(sizeText);
  const root = Buffer.from(rootText, 'base64');
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(size) || root.length !== 32)
    return { reason: 'is no checkpoint' };
  const signatures = text
    .slice(end + 2)
    .split('\n')
    .map((line) => /^— (\S+) ([A-Za-z0-9+/=]+)$/.exec(line))
    .filter((match) => match?.[1] === origin)
    .map((match) => Buffer.from(match![2]!, 'base64'));
  const isSigned = publicKeys.some((key) => {
    const id = keyId(origin, key);
    return signatures.some(
      (line) => line.subarray(0, 4).equals(id) && verify(null, Buffer.from(body), key, line.subarray(4)),
    );
  });
  return isSigned ? { origin, size, root } : { reason: 'is not signed by a key that is trusted here' };
}

/** The first four bytes of SHA-256(name, line feed, algorithm, public key), which tell keys of one name apart. */
function keyId(name: string, publicKey: KeyObject): Buffer {
  const { x } = publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('a checkpoint needs an Ed25519 key');
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(Buffer.from(x, 'base64url'));
  return hash.digest().subarray(0, 4);
}
