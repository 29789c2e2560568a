import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointKey } from '../shared/audit/checkpoint.js';
import type { SignedBundle } from '../shared/policy/bundle.js';
import type { Config } from './config.js';
import { errnoOf } from './embedded/errors.js';
import { openOwned, replaceOwned } from './embedded/owned-file.js';
import { ServerError } from './errors.js';

/** The Ed25519 key that policy bundles and checkpoints of the audit log are signed with. The private half never leaves it. */
export interface SigningKey extends CheckpointKey {
  /** As in SignedBundle. */
  id: string;
  /** As in SignedBundle. */
  public: string;
}

/** Signs the JSON of a bundle. */
export function signBundle({ id, public: publicKey, sign }: SigningKey, payload: string): SignedBundle {
  return { payload, signature: sign(payload).toString('base64'), key_id: id, public_key: publicKey };
}

/**
 * The key of BLAMEPROMPT_SIGNING_KEY, else of BLAMEPROMPT_SIGNING_KEY_FILE, else the one in the embedded database's data
 * directory, which is made the first time. Undefined where there is neither a setting nor a data directory: several
 * servers on one database must agree on a key, so none may make one up.
 */
export async function loadSigningKey(
  { signingKey, signingKeyFile }: Pick<Config, 'signingKey' | 'signingKeyFile'>,
  dataDir: string | undefined,
): Promise<SigningKey | undefined> {
  if (signingKey !== undefined) return toSigningKey(signingKey, 'BLAMEPROMPT_SIGNING_KEY');
  if (signingKeyFile !== undefined) {
    const text = await readFile(signingKeyFile, 'utf8').catch((cause) => {
      throw invalid('BLAMEPROMPT_SIGNING_KEY_FILE', `names a file that cannot be read (${errnoOf(cause)})`, cause);
    });
    return toSigningKey(text, 'BLAMEPROMPT_SIGNING_KEY_FILE');
  }
  return dataDir === undefined ? undefined : readOrMakeKey(join(dataDir, 'signing-key.pem'));
}

/** Only the server that has claimed the data directory comes here, so nobody else makes one at the same time. */
async function readOrMakeKey(path: string): Promise<SigningKey> {
  try {
    // Of the server's own account: PostgreSQL may run as another one, and a superuser of it must not read the key.
    const file = await openOwned(path, constants.O_RDONLY, undefined);
    try {
      return toSigningKey(await file.readFile('utf8'), path);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw cause;
  }
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await replaceOwned(path, pem.toString(), undefined);
  return toSigningKey(pem.toString(), path);
}

/** `where` names the setting or file in errors; what is wrong with it is told without a word of the key. */
export function toSigningKey(text: string, where: string): SigningKey {
  const privateKey = parseKey(text, where);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw invalid(where, `holds a key of the type ${privateKey.asymmetricKeyType}, not Ed25519`);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const key = {
    id: createHash('sha256').update(der).digest('hex').slice(0, 16),
    public: der.toString('base64'),
  };
  return { ...key, publicKey, sign: (text) => sign(null, Buffer.from(text), privateKey) };
}

function parseKey(text: string, where: string): KeyObject {
  const trimmed = text.trim();
  try {
    // In an environment file the lines of a PEM are often written as \n.
    if (trimmed.startsWith('-----')) return createPrivateKey(trimmed.replaceAll('\\n', '\n'));
    const bytes = Buffer.from(trimmed, 'base64');
    if (bytes.toString('latin1').startsWith('-----')) return createPrivateKey(bytes);
    return createPrivateKey({ key: bytes, type: 'pkcs8', format: 'der' });
  } catch (cause) {
    throw invalid(where, 'holds no private key in PKCS#8', cause);
  }
}

const invalid = (where: string, what: string, cause?: unknown) =>
  new ServerError(
    'invalid_signing_key',
    `${where} ${what}. It takes an Ed25519 key as PEM or base64; openssl genpkey -algorithm ed25519 makes one.`,
    { cause },
  );
