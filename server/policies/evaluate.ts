import {
  type EvaluatedReceipt,
  MAX_POLICY_BYTES,
  type Policy,
  type PolicyInput,
  type Verdict,
} from '../../shared/api/policies.js';
import type { evaluatePolicies } from '../../shared/api/policy-endpoints.js';
import type { BodyOf } from '../../shared/api/types.js';
import { compilePolicies, evaluate, policiesInForce } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';
import { spendKeys } from '../../shared/policy/windows.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import type { Database } from '../db.js';
import { invalidBody } from '../errors.js';
import { compileStored } from './compile.js';
import { findRepoId } from './facts.js';
import { enabledPolicies } from './queries.js';
import { assertUsable, sizeOf } from './save.js';
import { stateOf } from './state.js';
import { findTeams, teamsOfRepos, unique } from './teams-of.js';

/**
 * Judges receipts and commits that need not be stored, by the org's policies or by those that are to be tried. What is
 * stored of the same receipts and commits is left out of the sums: they count once.
 */
export async function evaluateChange(
  db: Database,
  orgId: string,
  body: BodyOf<typeof evaluatePolicies>,
): Promise<Verdict> {
  const repo = normalizeRepoName(body.repo);
  if (repo === undefined) throw invalidBody([{ in: 'body', pointer: '/repo', message: 'names no repository' }]);
  const candidates = body.policies && asCandidates(body.policies);
  return db.withTenant(orgId, async (sql) => {
    const compiled = candidates ? compilePolicies(candidates) : compileStored(await enabledPolicies(sql, orgId));
    const repoId = await findRepoId(sql, orgId, repo);
    const given = body.receipts ?? [];
    const authors = [...given.map(toAuthor), ...(body.person == null ? [] : [{ author: body.person }])];
    const teams = await findTeams(sql, orgId, repoId, authors);
    const receipts = given.map((receipt, n) => ({ ...receipt, team: receipt.team ?? teams[n] ?? null }));
    // Whoever is named has made the change; where nobody is, those whose receipts it holds have.
    const ofAuthors = body.person == null ? receipts.map(({ team }) => team) : [teams.at(-1)];
    const ofRepo = repoId === null ? [] : ((await teamsOfRepos(sql, orgId, [repoId])).get(repoId) ?? []);
    const change: Change = {
      repo,
      teams: unique([...ofRepo, ...ofAuthors]),
      now: new Date().toISOString(),
      receipts,
      commits: body.commits ?? [],
    };
    const state = await stateOf(
      sql,
      orgId,
      repoId,
      policiesInForce(compiled, change),
      (policy) => spendKeys(policy, change),
      { receipts: receipts.map(({ id }) => id), commits: change.commits.map(({ commit }) => commit) },
    );
    return evaluate(compiled, { ...change, state });
  });
}

const toAuthor = ({ user_email, timestamp, team }: EvaluatedReceipt) => ({
  author: user_email ?? null,
  timestamp,
  team: team ?? null,
});

/** Sums are known by the policy's name, so no two may share one. */
function asCandidates(policies: readonly PolicyInput[]): Policy[] {
  if (sizeOf(policies) > MAX_POLICY_BYTES)
    throw invalidBody([
      { in: 'body', pointer: '/policies', message: `must not be larger than ${MAX_POLICY_BYTES} bytes` },
    ]);
  const names = new Set<string>();
  return policies.map((policy, n) => {
    assertUsable(policy, `/policies/${n}`);
    if (names.has(policy.name))
      throw invalidBody([{ in: 'body', pointer: `/policies/${n}/name`, message: 'is there twice' }]);
    names.add(policy.name);
    return { ...policy, id: null, version: 1 };
  });
}
