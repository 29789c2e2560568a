import type { CommitFact } from '../../shared/api/receipts.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';
import { pseudonymous } from '../data-subjects/arriving.js';
import type { Pseudonyms } from '../data-subjects/pseudonyms.js';
import type { Sql } from '../db.js';
import { commitDeltas, noteCommits } from '../rollups/deltas.js';
import { reattributeCommits, teamOf } from '../teams/attribute.js';
import { digest } from './content.js';
import { recordset } from './recordset.js';

const RECORD = `
  oid text, committed_at timestamptz, author_name text, author_email text, author_is_bot boolean, is_merge boolean,
  on_default_branch boolean, rewritten_to text,
  sources text[], has_receipts boolean, added integer, deleted integer, ai integer, human integer, unknown integer, ai_by jsonb, ai_involved jsonb, hash text`;

interface Scope {
  orgId: string;
  repoId: string;
  team: string | null;
  knowsPeople: boolean;
  pseudonyms: Pseudonyms | undefined;
}

/**
 * Stores commit facts, each commit at most once in the list. Where a commit is known, its lines change only
 * when the sender saw at least the notes that the stored ones rest on, or more attested lines, and never back to what was
 * replaced before: a clone without the notes, or one that lags behind, erases nothing. What a commit was rewritten into
 * stays known; the latest that anybody says counts. The author is who the newest `.mailmap` says. Answers which commits are changed,
 * new ones among them.
 */
export async function upsertCommits(
  sql: Sql,
  { orgId, repoId, team, knowsPeople, pseudonyms }: Scope,
  facts: CommitFact[],
): Promise<{ inserted: number; updated: number; changed: Set<string> }> {
  if (facts.length === 0) return { inserted: 0, updated: 0, changed: new Set() };
  const rows = recordset(sql, pseudonymous(facts.map(toRow), pseudonyms));
  const inserted = await sql<{ oid: string }[]>`
    with inserted as (
    insert into commits (
      org_id, repo_id, team, team_id, oid, committed_at, author_name, author_email, author_is_bot, is_merge, on_default_branch, rewritten_to,
      sources, has_receipts, added, deleted, ai, human, unknown, ai_by, ai_involved, content_hash
    )
    select ${orgId}, repo_id, team, ${teamOf(sql, orgId)}, oid, committed_at, author_name, author_email, coalesce(author_is_bot, false), is_merge,
      on_default_branch, rewritten_to, sources, has_receipts, added, deleted, ai, human, unknown, ai_by, ai_involved, decode(hash, 'hex')
    from (
      select i.*, lower(i.author_email) as author, i.committed_at as "timestamp", ${repoId}::uuid as repo_id, ${team}::text as team
      from ${rows} as i (${sql.unsafe(RECORD)})
    ) as r
    order by oid
    on conflict (org_id, repo_id, oid) do nothing
    returning *
    ), come as (
      ${commitDeltas(sql, orgId, 1, sql`inserted c`)}
    )
    select oid from inserted
  `;
  const changed = new Set(inserted.map(({ oid }) => oid));
  if (inserted.count === facts.length) return { inserted: inserted.count, updated: 0, changed };
  // Of what a commit is, its lines apart, this can become known later: where it is, what it was rewritten into, who wrote it.
  const whoAndWhere = sql`(
    c.on_default_branch <> i.on_default_branch
    or c.rewritten_to is distinct from coalesce(i.rewritten_to, c.rewritten_to)
    or c.author_is_bot <> coalesce(i.author_is_bot, c.author_is_bot)
    or ${knowsPeople} and (c.author_name, c.author_email) is distinct from
      (coalesce(i.author_name, c.author_name), coalesce(i.author_email, c.author_email))
  )`;
  const stale = await sql<{ oid: string }[]>`
    select c.oid
    from ${rows} as i (${sql.unsafe(RECORD)})
    join commits c on c.org_id = ${orgId} and c.repo_id = ${repoId} and c.oid = i.oid
    where c.content_hash <> decode(i.hash, 'hex') or ${whoAndWhere}
    order by c.oid
    for update of c
  `;
  if (stale.length === 0) return { inserted: inserted.count, updated: 0, changed };
  const oids = sql`${stale.map(({ oid }) => oid)}::text[]`;
  const current = sql`(select * from commits where org_id = ${orgId} and repo_id = ${repoId} and oid = any(${oids})) c`;
  await noteCommits(sql, orgId, -1, current);
  const moved = await sql`
    update commits c set
      on_default_branch = i.on_default_branch, rewritten_to = coalesce(i.rewritten_to, c.rewritten_to),
      author_is_bot = coalesce(i.author_is_bot, c.author_is_bot),
      author_name = case when ${knowsPeople} then coalesce(i.author_name, c.author_name) else c.author_name end,
      author_email = case when ${knowsPeople} then coalesce(i.author_email, c.author_email) else c.author_email end,
      updated_at = now()
    from ${rows} as i (${sql.unsafe(RECORD)})
    where c.org_id = ${orgId} and c.repo_id = ${repoId} and c.oid = i.oid and ${whoAndWhere}
    returning c.oid
  `;
  const recounted = await sql`
    update commits c set
      added = i.added, deleted = i.deleted, ai = i.ai, human = i.human, unknown = i.unknown, ai_by = i.ai_by, ai_involved = i.ai_involved,
      sources = array(select distinct s from unnest(c.sources || i.sources) as s order by s),
      has_receipts = c.has_receipts or i.has_receipts, content_hash = decode(i.hash, 'hex'), seen_hashes = c.seen_hashes || c.content_hash, updated_at = now()
    from ${rows} as i (${sql.unsafe(RECORD)})
    where c.org_id = ${orgId} and c.repo_id = ${repoId} and c.oid = i.oid
      and i.added is not null
      and c.content_hash <> decode(i.hash, 'hex')
      and not c.seen_hashes @> array[decode(i.hash, 'hex')]
      and (c.added is null or c.sources <@ i.sources or c.ai + c.human < i.ai + i.human)
    returning c.oid
  `;
  await noteCommits(sql, orgId, 1, current);
  if (moved.length > 0) await reattributeCommits(sql, orgId, sql`r.repo_id = ${repoId} and r.oid = any(${oids})`);
  const updated = new Set([...moved, ...recounted].map(({ oid }): string => oid));
  return { inserted: inserted.count, updated: updated.size, changed: new Set([...changed, ...updated]) };
}

function toRow(fact: CommitFact) {
  const sources = [...new Set(fact.sources ?? [])].sort();
  const counted = {
    sources,
    has_receipts: fact.has_receipts ?? sources.length > 0,
    ...fact.lines,
    ai_by: fact.ai_by ?? [],
    ai_involved: fact.ai_involved ?? [],
  };
  return {
    oid: fact.commit,
    committed_at: normalizeTimestamp(fact.committed_at)!,
    author_name: fact.author_name ?? null,
    author_email: fact.author_email ?? null,
    author_is_bot: fact.author_is_bot ?? null,
    is_merge: fact.is_merge ?? false,
    on_default_branch: fact.on_default_branch,
    rewritten_to: fact.rewritten_to ?? null,
    ...counted,
    hash: digest(counted),
  };
}
