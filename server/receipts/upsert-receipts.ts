import type { Fragment, Sql } from '../db.js';
import { noteReceipts, receiptDeltas } from '../rollups/deltas.js';
import { reattributeReceipts, teamOf } from '../teams/attribute.js';
import type { StoredReceipt } from './content.js';
import { recordset } from './recordset.js';

/** The columns that a batch fills. */
const RECORD = `
  id uuid, source text, tool text, provider text, model text, session_id text, user_name text, user_email text,
  prompt_summary text, prompt_hash text, message_count bigint, cost_usd numeric, cost_basis text, price_version text, tokens_suspect boolean, input_tokens bigint,
  output_tokens bigint, cache_read_tokens bigint, cache_creation_tokens bigint, session_duration_secs bigint,
  total_additions bigint, total_deletions bigint, accepted_lines bigint, overridden_lines bigint,
  "timestamp" timestamptz, timestamp_basis text, hash text`;

/**
 * Stores receipts, each id at most once in the list and sorted by it: new ones are inserted, known content is left alone,
 * other content becomes the current revision. Answers which ids were inserted, which amended, and which only
 * got an earlier time.
 *
 * Safe side by side with itself: rows are always locked in the order of their ids.
 */
export async function upsertReceipts(
  sql: Sql,
  scope: { orgId: string; repoId: string; team: string | null; knowsPeople: boolean },
  receipts: StoredReceipt[],
): Promise<{ inserted: Set<string>; amended: Set<string>; redated: Set<string> }> {
  const { orgId, repoId, team } = scope;
  const rows = recordset(
    sql,
    receipts.map((receipt) => ({ ...receipt, attributions: undefined })),
  );
  const inserted = await sql<{ id: string }[]>`
    with inserted as (
    insert into receipts (
      org_id, repo_id, team, team_id, id, source, tool, provider, model, session_id, user_name, user_email, prompt_summary,
      prompt_hash, message_count, cost_usd, cost_basis, price_version, tokens_suspect, input_tokens, output_tokens, cache_read_tokens,
      cache_creation_tokens, session_duration_secs, total_additions, total_deletions, accepted_lines, overridden_lines,
      "timestamp", timestamp_basis, content_hash
    )
    select ${orgId}, repo_id, team, ${teamOf(sql, orgId)}, id, source, tool, provider, model, session_id, user_name, user_email,
      prompt_summary, prompt_hash, message_count, cost_usd, cost_basis, price_version, tokens_suspect, input_tokens, output_tokens, cache_read_tokens,
      cache_creation_tokens, session_duration_secs, total_additions, total_deletions, accepted_lines, overridden_lines,
      "timestamp", timestamp_basis, decode(hash, 'hex')
    from (
      select i.*, lower(i.user_email) as author, ${repoId}::uuid as repo_id, ${team}::text as team
      from ${rows} as i (${sql.unsafe(RECORD)})
    ) as r
    order by id
    on conflict (org_id, id) do nothing
    returning *
    ), come as (
      ${receiptDeltas(sql, orgId, 1, sql`inserted r`)}
    )
    select id from inserted
  `;
  const isNew = inserted.length === receipts.length;
  const { amended, redated } = isNew ? { amended: [], redated: [] } : await amend(sql, scope, rows);
  return { inserted: new Set(inserted.map(({ id }) => id)), amended: new Set(amended), redated: new Set(redated) };
}

/**
 * Makes other content the current revision, unless it was seen before: then a clone that lags behind sent it. The same content
 * with another person is no other content: a `.mailmap` says so, and the newest one of the receipt's own repository counts.
 */
async function amend(
  sql: Sql,
  { orgId, repoId, knowsPeople }: { orgId: string; repoId: string; knowsPeople: boolean },
  rows: Fragment,
): Promise<{ amended: string[]; redated: string[] }> {
  const otherPerson = sql`(${knowsPeople} and r.repo_id = ${repoId} and r.content_hash = decode(i.hash, 'hex')
    and (r.user_name, r.user_email) is distinct from (i.user_name, i.user_email))`;
  const changed = await sql<{ id: string }[]>`
    select r.id
    from ${rows} as i (${sql.unsafe(RECORD)})
    join receipts r on r.org_id = ${orgId} and r.id = i.id
    where r.content_hash <> decode(i.hash, 'hex')
      or (r.timestamp_basis <> 'recorded' and i.timestamp_basis <> 'recorded' and i."timestamp" < r."timestamp")
      or ${tellsPrompt(sql)} or ${otherPerson}
    order by r.id
    for update of r
  `;
  if (changed.length === 0) return { amended: [], redated: [] };
  const ids = changed.map(({ id }) => id);
  const current = sql`(select * from receipts where org_id = ${orgId} and id = any(${ids}::uuid[])) r`;
  await noteReceipts(sql, orgId, -1, current);
  const amended = await sql<{ id: string }[]>`
    with incoming as (
      select i.*, decode(i.hash, 'hex') as content_hash
      from ${rows} as i (${sql.unsafe(RECORD)})
      join receipts r on r.org_id = ${orgId} and r.id = i.id and r.content_hash <> decode(i.hash, 'hex')
      where not exists (
        select from receipt_revisions v
        where v.org_id = ${orgId} and v.receipt_id = i.id and v.part = 'receipt' and v.content_hash = decode(i.hash, 'hex')
      )
    ), superseded as (
      insert into receipt_revisions (org_id, receipt_id, part, content_hash, content)
      select ${orgId}, r.id, 'receipt', r.content_hash, to_jsonb(r) - array['org_id', 'repo_id', 'content_hash', 'team_id', 'author']
      from incoming i
      join receipts r on r.org_id = ${orgId} and r.id = i.id
    )
    update receipts r set
      source = i.source, tool = i.tool, provider = i.provider, model = i.model, session_id = i.session_id,
      user_name = i.user_name, user_email = i.user_email, prompt_summary = i.prompt_summary,
      prompt_hash = i.prompt_hash, message_count = i.message_count, cost_usd = i.cost_usd, cost_basis = i.cost_basis,
      price_version = i.price_version, tokens_suspect = i.tokens_suspect,
      input_tokens = i.input_tokens, output_tokens = i.output_tokens, cache_read_tokens = i.cache_read_tokens,
      cache_creation_tokens = i.cache_creation_tokens, session_duration_secs = i.session_duration_secs,
      total_additions = i.total_additions, total_deletions = i.total_deletions, accepted_lines = i.accepted_lines,
      overridden_lines = i.overridden_lines, "timestamp" = i."timestamp", timestamp_basis = i.timestamp_basis,
      content_hash = i.content_hash, revision = r.revision + 1, synced_at = now()
    from incoming i
    where r.org_id = ${orgId} and r.id = i.id
    returning r.id
  `;
  const renamed = await sql<{ id: string }[]>`
    update receipts r set user_name = i.user_name, user_email = i.user_email, synced_at = now()
    from ${rows} as i (${sql.unsafe(RECORD)})
    where r.org_id = ${orgId} and r.id = i.id and ${otherPerson}
    returning r.id
  `;
  // Sessions without a time of their own are as old as the earliest commit anybody reported for them.
  const redated = await sql<{ id: string }[]>`
    update receipts r set "timestamp" = i."timestamp", timestamp_basis = i.timestamp_basis
    from ${rows} as i (${sql.unsafe(RECORD)})
    where r.org_id = ${orgId} and r.id = i.id
      and r.timestamp_basis <> 'recorded' and i.timestamp_basis <> 'recorded' and i."timestamp" < r."timestamp"
    returning r.id
  `;
  // Prompts are no content. What a sender kept back another one may tell, or the same one later.
  await sql`
    update receipts r set prompt_summary = coalesce(r.prompt_summary, i.prompt_summary),
      prompt_hash = coalesce(r.prompt_hash, i.prompt_hash)
    from ${rows} as i (${sql.unsafe(RECORD)})
    where r.org_id = ${orgId} and r.id = i.id and ${tellsPrompt(sql)}
  `;
  await noteReceipts(sql, orgId, 1, current);
  await reattributeReceipts(sql, orgId, sql`r.id = any(${ids}::uuid[])`);
  return { amended: [...amended, ...renamed].map(({ id }) => id), redated: redated.map(({ id }) => id) };
}

/** Of a stored receipt `r` and one that arrives, `i`: this one holds something of the prompt that the other lacks. */
const tellsPrompt = (sql: Sql) => sql`(
  (r.prompt_summary is null and i.prompt_summary is not null) or (r.prompt_hash is null and i.prompt_hash is not null)
)`;
