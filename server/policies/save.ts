import { isDeepStrictEqual } from 'node:util';
import { type Exemption, MAX_POLICIES, MAX_POLICY_BYTES, type PolicyInput } from '../../shared/api/policies.js';
import type { PolicyItem } from '../../shared/api/policy-endpoints.js';
import { stableId } from '../../shared/ids.js';
import { checkPolicy } from '../../shared/policy/check.js';
import { type Actor, recordEvent } from '../audit/record.js';
import type { Database, Sql } from '../db.js';
import { conflict, invalidBody, notFound } from '../errors.js';
import * as queries from './queries.js';

/** Makes a policy. Throws 409 when the name is taken, 422 when a rule cannot be used. */
export async function createPolicy(db: Database, orgId: string, actor: Actor, input: PolicyInput): Promise<PolicyItem> {
  const content = contentOf(input);
  return db.withTenant(orgId, async (sql) => {
    await assertRoom(sql, orgId, content);
    const policy = await queries.insertPolicy(sql, orgId, crypto.randomUUID(), content);
    if (!policy) throw nameTaken(content.name);
    await queries.insertVersion(sql, orgId, policy, content, authorOf(actor));
    await recordEvent(sql, orgId, actor, { action: 'policy.created', target: targetOf(policy), after: content });
    return policy;
  });
}

/** Changes the fields named; null removes one. What changes nothing makes no version. Throws 404, 409 and 422. */
export async function updatePolicy(
  db: Database,
  orgId: string,
  actor: Actor,
  id: string,
  { version, ...changes }: Partial<PolicyInput> & { version?: number },
): Promise<PolicyItem> {
  return db
    .withTenant(orgId, async (sql) => {
      const policy = await findLiving(sql, orgId, id);
      if (version !== undefined && version !== policy.version) {
        throw conflict(
          'version_mismatch',
          `The policy is at version ${policy.version}, not ${version}: somebody changed it. Read it again.`,
        );
      }
      const { id: _id, version: _version, created_at, updated_at, deleted_at, ...current } = policy;
      const content = contentOf({ ...current, ...changes });
      if (isDeepStrictEqual(content, current)) return policy;
      await assertRoom(sql, orgId, content, id);
      const changed = await queries.updatePolicy(sql, orgId, id, content);
      await queries.insertVersion(sql, orgId, changed, content, authorOf(actor));
      const deed = { action: 'policy.updated', target: targetOf(policy), before: current, after: content };
      await recordEvent(sql, orgId, actor, deed);
      return changed;
    })
    .catch((error) => {
      throw error.code === '23505' ? nameTaken(changes.name ?? '', error) : error;
    });
}

/** Deletes a policy; versions and violations stay. Throws 404. */
export async function deletePolicy(db: Database, orgId: string, actor: Actor, id: string): Promise<PolicyItem> {
  return db.withTenant(orgId, async (sql) => {
    const before = await findLiving(sql, orgId, id);
    const deleted = await queries.deletePolicy(sql, orgId, id);
    await queries.insertVersion(sql, orgId, deleted, null, authorOf(actor));
    await recordEvent(sql, orgId, actor, { action: 'policy.deleted', target: targetOf(before), before });
    return deleted;
  });
}

const targetOf = ({ id }: PolicyItem) => ({ type: 'policy', id: id! });

const authorOf = ({ id, name }: Actor): queries.Author => ({ id, name: name ?? id });

async function findLiving(sql: Sql, orgId: string, id: string) {
  const policy = await queries.findPolicy(sql, orgId, id, { lock: true });
  if (!policy || policy.deleted_at !== null) throw notFound('policy');
  return policy;
}

/** Every batch is judged by all policies of an org, so what they are together is bounded. */
async function assertRoom(sql: Sql, orgId: string, content: PolicyInput, id?: string): Promise<void> {
  const { count, bytes } = await queries.measurePolicies(sql, orgId, id);
  if (count >= MAX_POLICIES)
    throw conflict('too_many_policies', `An org has ${MAX_POLICIES} policies at most. Delete one that is not needed.`);
  if (bytes + sizeOf(content) > MAX_POLICY_BYTES)
    throw conflict(
      'policies_too_large',
      `The policies of an org are ${MAX_POLICY_BYTES} bytes of JSON together at most.`,
    );
}

export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Refuses a policy that the schema lets pass and that still cannot be kept or evaluated. */
export function assertUsable(policy: PolicyInput, pointer = ''): void {
  const faults = checkPolicy(policy);
  if (faults.length > 0)
    throw invalidBody(faults.map((fault) => ({ in: 'body', ...fault, pointer: pointer + fault.pointer })));
}

/** A policy as it is kept: without fields that say nothing, each exemption with an id. */
function contentOf(input: PolicyInput): PolicyInput {
  assertUsable(input);
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as unknown as PolicyInput;
  return { ...said, ...(said.exemptions && { exemptions: said.exemptions.map(withId) }) };
}

/** The id follows from what the exemption says, so that sending it again changes nothing. */
function withId({ id, ...said }: Exemption): Exemption {
  const { reason, approver, expires_at, repos, people, paths, commits } = said;
  const places = JSON.stringify([repos, people, paths, commits]);
  return { id: id ?? stableId('exemption', reason, approver, expires_at, places), ...said };
}

const nameTaken = (name: string, cause?: unknown) =>
  conflict('name_taken', `There is a policy named "${name}" already. Change that one, or choose another name.`, cause);
