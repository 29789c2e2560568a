import { createPublicKey, verify } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle, SignedBundle } from '../../shared/policy/bundle.js';
import { type PolicyKey, pinnedKey } from './pinned-keys.js';

/** A signed bundle as a clone keeps it, and where it came from. */
export interface CachedBundle extends SignedBundle {
  /** Of the server. */
  origin: string;
  /** For If-None-Match. */
  etag: string | null;
}

const MAX_BYTES = 32 * 1024 * 1024;
const bundleFile = (state: string) => join(state, 'bundle.json');

/**
 * The bundle of a clone, whose signature is that of the key pinned for its server. `state` is the folder `blameprompt` of the git
 * directory. Undefined when there is none; otherwise a reason why it cannot be used.
 */
export async function readBundle(
  state: string,
  env: NodeJS.ProcessEnv,
): Promise<{ bundle: Bundle; cached: CachedBundle } | { reason: string } | undefined> {
  let cached: CachedBundle;
  try {
    if ((await stat(bundleFile(state))).size > MAX_BYTES) return { reason: 'it is larger than 32 MB' };
    cached = JSON.parse(await readFile(bundleFile(state), 'utf8'));
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { reason: 'it cannot be read' };
  }
  if (typeof cached?.payload !== 'string' || typeof cached.origin !== 'string') return { reason: 'it is no bundle' };
  const key = await pinnedKey(env, cached.origin);
  if (!key) return { reason: `no key is known for ${cached.origin}` };
  if (!isSigned(cached, key)) return { reason: `its signature is not that of ${cached.origin}` };
  const bundle = JSON.parse(cached.payload) as Bundle;
  if (bundle.version !== 1)
    return { reason: `its version is ${bundle.version}, which needs a newer BlamePrompt Enterprise` };
  return { bundle, cached };
}

/** Whether the payload was signed with that key. Never throws: what is no signature is a wrong one. */
export function isSigned({ payload, signature }: SignedBundle, { public_key }: PolicyKey): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(public_key, 'base64'), format: 'der', type: 'spki' });
    return (
      key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64'))
    );
  } catch {
    return false;
  }
}

/** Keeps a bundle in one step; undefined removes it: hooks then have nothing to check and start nothing. */
export async function writeBundle(state: string, cached: CachedBundle | undefined): Promise<void> {
  const path = bundleFile(state);
  if (!cached) return rm(path, { force: true });
  await writeFile(`${path}.${process.pid}.tmp`, JSON.stringify(cached));
  await rename(`${path}.${process.pid}.tmp`, path);
}
