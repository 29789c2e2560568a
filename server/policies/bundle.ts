import { createHash } from 'node:crypto';
import type { Policy } from '../../shared/api/policies.js';
import type { getBundle } from '../../shared/api/policy-endpoints.js';
import type { QueryOf } from '../../shared/api/types.js';
import type { Bundle } from '../../shared/policy/bundle.js';
import { policiesInForce } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';
import { costLimit, type SpendKey, windowOf } from '../../shared/policy/windows.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import type { Database } from '../db.js';
import { invalidQuery } from '../errors.js';
import { compileStored } from './compile.js';
import { findRepoId } from './facts.js';
import { enabledPolicies } from './queries.js';
import { stateOf } from './state.js';
import { findTeams, teamsOfRepos, unique } from './teams-of.js';

/** Bundles of one state end at the same moment, a quarter of their life apart: a 304 never leaves one that is about to end. */
const STEPS = 4;

/**
 * The bundle of a repository and a person, and the tag of the state it shows: it is another one when policies, teams, sums or the
 * end differ, and the same when only the moment does.
 */
export async function makeBundle(
  db: Database,
  org: { id: string; slug: string },
  query: QueryOf<typeof getBundle>,
  hours: number,
): Promise<{ bundle: Bundle; tag: string }> {
  const repo = normalizeRepoName(query.repo);
  if (repo === undefined) throw invalidQuery([{ in: 'query', pointer: '/repo', message: 'names no repository' }]);
  const person =
    query.person === undefined ? null : query.person.includes('@') ? query.person.toLowerCase() : query.person;
  const now = new Date();
  const step = (hours * 3_600_000) / STEPS;
  const not_after = new Date((Math.floor(now.getTime() / step) + STEPS) * step).toISOString();

  const { teams, policies, state } = await db.withTenant(org.id, async (sql) => {
    const repoId = await findRepoId(sql, org.id, repo);
    const ofRepo = repoId === null ? [] : ((await teamsOfRepos(sql, org.id, [repoId])).get(repoId) ?? []);
    const ofPerson = person === null ? [] : await findTeams(sql, org.id, repoId, [{ author: person }]);
    const teams = unique([...ofRepo, ...ofPerson]);
    const policies = inScope(await enabledPolicies(sql, org.id), repo, teams, now.toISOString());
    const keysOf = (policy: Policy) => currentKeys(policy, now.toISOString(), { repo, teams, person });
    return { teams, policies, state: await stateOf(sql, org.id, repoId, policies, keysOf) };
  });
  const generated_at = now.toISOString();
  const bundle: Bundle = {
    version: 1,
    org: org.slug,
    repo,
    person,
    teams,
    generated_at,
    not_after,
    policies,
    state: { ...state, as_of: generated_at },
  };
  const {
    generated_at: _,
    state: { as_of, ...known },
    ...shown
  } = bundle;
  // Sums that are 0 say something of their day and month only, so these belong to the state.
  const tag = createHash('sha256')
    .update(JSON.stringify([shown, known, as_of.slice(0, 10)]))
    .digest('hex')
    .slice(0, 32);
  return { bundle, tag };
}

/** Policies that speak of the repository and its teams, also those whose time will come while the bundle holds. */
function inScope(policies: readonly Policy[], repo: string, teams: string[], now: string): Policy[] {
  const change: Change = { repo, teams, now, receipts: [], commits: [] };
  const begun = policies.map((policy) => ({ ...policy, valid_from: null }));
  const names = new Set(policiesInForce(compileStored(begun), change).map(({ name }) => name));
  return policies.filter(({ name }) => names.has(name));
}

/** The sums of today and this month that receipts of this repository and person can add to. */
function currentKeys(
  policy: Policy,
  now: string,
  { repo, teams, person }: { repo: string; teams: string[]; person: string | null },
): SpendKey[] {
  const limit = costLimit(policy.rule);
  if (!limit) return [];
  const payers = { scope: [null], repo: [repo], team: teams, person: person === null ? [] : [person] }[limit.per];
  return payers.map((per) => ({ policy: policy.name, window: windowOf(limit.window, now), per }));
}
