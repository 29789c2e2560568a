import { type CheckpointKey, signCheckpoint } from '../../shared/audit/checkpoint.js';
import { append, leafHash, rangeHash } from '../../shared/audit/merkle.js';
import type { Database, Sql } from '../db.js';
import { noteKey } from './keys.js';
import { findNodes, type Node, nodeKey } from './nodes.js';

/** Events that one transaction numbers; the lock on the head is held meanwhile, ingest never asks for it. */
const PORTION = 1000;

/** Numbers the events of an org that wait, and signs a checkpoint. Answers how many there were. Any number of processes may call it. */
export async function sequenceOrg(db: Database, orgId: string, key: CheckpointKey): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await db.withTenant(orgId, (sql) => sequencePortion(sql, orgId, key));
    total += count;
    if (count < PORTION) return total;
  }
}

/** The name of an org's log, which no other log has and which a renamed org or server keeps. */
const originOf = (orgId: string) => `blameprompt-enterprise/audit/${orgId}`;

/** The orgs that have events without a number. */
export async function findWaitingOrgs(db: Database): Promise<string[]> {
  const rows = await db.withSystem((sql) => sql<{ org_id: string }[]>`select distinct org_id from audit_pending`);
  return rows.map(({ org_id }) => org_id);
}

async function sequencePortion(sql: Sql, orgId: string, key: CheckpointKey): Promise<number> {
  await sql`insert into audit_heads (org_id) values (${orgId}) on conflict do nothing`;
  const [head] = await sql<{ size: number }[]>`
    select size::float8 as size from audit_heads where org_id = ${orgId} for update
  `;
  await noteKey(sql, orgId, key.publicKey);
  // A statement of its own: it sees what was committed while we waited for the lock.
  const events = await sql<{ id: string; event: string }[]>`
    select e.id, e.event
    from audit_pending p
    join audit_events e on e.org_id = ${orgId} and e.id = p.event_id
    where p.org_id = ${orgId}
    order by e.recorded_at, e.id
    limit ${PORTION}
  `;
  if (events.length === 0) return 0;
  const { size } = head!;
  const leaves = events.map(({ event }) => leafHash(event));
  const known = await findNodes(sql, orgId, [[0, size]]);
  const added = append(size, leaves, known);
  const after = size + events.length;
  const all = new Map(added.map(({ subtree, hash }) => [nodeKey(subtree), hash]));
  const root = rangeHash([0, after], (subtree) => all.get(nodeKey(subtree)) ?? known(subtree));

  const log = events.map(({ id }, n) => ({ seq: size + n, id, hash: leaves[n]!.toString('hex') }));
  await sql`
    insert into audit_log (org_id, seq, event_id, leaf_hash)
    select ${orgId}, seq, id, decode(hash, 'hex')
    from jsonb_to_recordset(${sql.json(log)}) as l (seq bigint, id uuid, hash text)
  `;
  const nodes: Node[] = added.map(({ subtree, hash }) => ({ ...subtree, hash: hash.toString('hex') }));
  await sql`
    insert into audit_nodes (org_id, level, index, hash)
    select ${orgId}, level, index, decode(hash, 'hex')
    from jsonb_to_recordset(${sql.json(nodes as never)}) as n (level smallint, index bigint, hash text)
  `;
  await sql`
    delete from audit_pending p
    using jsonb_to_recordset(${sql.json(log)}) as l (id uuid)
    where p.org_id = ${orgId} and p.event_id = l.id
  `;
  await sql`update audit_heads set size = ${after} where org_id = ${orgId}`;
  const checkpoint = signCheckpoint({ origin: originOf(orgId), size: after, root }, key);
  await sql`insert into audit_checkpoints (org_id, size, checkpoint) values (${orgId}, ${after}, ${checkpoint})`;
  return events.length;
}
