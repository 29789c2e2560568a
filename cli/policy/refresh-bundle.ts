import { getBundle } from '../../shared/api/policy-endpoints.js';
import type { Bundle } from '../../shared/policy/bundle.js';
import type { ApiClient } from '../api-client.js';
import type { Access } from '../config/access.js';
import type { Settings } from '../config/settings.js';
import { CliError } from '../errors.js';
import { userEmail } from '../git/hooks-folder.js';
import type { Repository } from '../git/repository.js';
import { stateFolder } from '../hooks/state-folder.js';
import { repositoryName } from '../sync/repository-name.js';
import { isSigned, readBundle, writeBundle } from './cached-bundle.js';
import { pinKey, pinnedKey } from './pinned-keys.js';

/**
 * Brings the clone's bundle up to date and answers it; undefined when no policy speaks of this repository. A bundle counts only
 * with the signature of the key pinned for its server; the first one pins it, if login did not.
 */
export async function refreshBundle(
  client: ApiClient,
  repository: Repository,
  settings: Settings,
  { url: { origin } }: Access,
  env: NodeJS.ProcessEnv,
): Promise<Bundle | undefined> {
  const state = stateFolder(repository);
  const repo = repositoryName(repository, settings);
  const person = await userEmail(repository);
  const kept = await readBundle(state, env);
  const known =
    kept && 'bundle' in kept && isFor(kept.bundle, repo, person) && kept.cached.origin === origin ? kept : undefined;
  const query = { repo, ...(person && { person }) };
  const answer = await client.callUnlessKnown(getBundle, { query }, known?.cached.etag ?? null);
  if (!answer) return known?.bundle;
  const { reply: signed, etag } = answer;
  const pinned = await pinnedKey(env, origin);
  if (pinned && pinned.public_key !== signed.public_key) throw keyChanged(origin);
  if (!isSigned(signed, signed)) throw badSignature(origin);
  if (!pinned) await pinKey(env, origin, signed);
  const bundle = JSON.parse(signed.payload) as Bundle;
  if (bundle.repo !== repo) throw badSignature(origin);
  const hasPolicies = bundle.policies.length > 0;
  await writeBundle(state, hasPolicies ? { ...signed, origin, etag } : undefined);
  return hasPolicies ? bundle : undefined;
}

const isFor = (bundle: Bundle, repo: string, person: string | undefined) =>
  bundle.repo === repo && bundle.person === (person?.toLowerCase() ?? null);

const keyChanged = (origin: string) =>
  new CliError(
    'policy_key_changed',
    `${origin} signs its policies with another key than before; they were not taken. If that is expected, log in again: blameprompt enterprise login --api-url ${origin}`,
  );

const badSignature = (origin: string) =>
  new CliError('bad_bundle', `The policies that ${origin} sent are not signed as they must be; they were not taken.`);
