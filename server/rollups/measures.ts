import type { Fragment, Sql } from '../db.js';

/** What one receipt `r` adds to each measure. Sums of what senders name may exceed bigint: those columns are numeric. */
const OF_RECEIPT = {
  receipts: '1',
  cost: 'r.cost_usd',
  input: 'r.input_tokens',
  output: 'r.output_tokens',
  cache_read: 'r.cache_read_tokens',
  cache_creation: 'r.cache_creation_tokens',
  accepted: 'r.accepted_lines',
  overridden: 'r.overridden_lines',
  // Where a cost comes from is no dimension: nobody filters by it, and it would make three times as many kinds.
  recorded: "case when r.cost_basis = 'recorded' then 1 end",
  recorded_cost: "case when r.cost_basis = 'recorded' then r.cost_usd end",
  estimated: "case when r.cost_basis = 'estimated' then 1 end",
  estimated_cost: "case when r.cost_basis = 'estimated' then r.cost_usd end",
  suspect: 'case when r.tokens_suspect then 1 end',
  suspect_cost: 'case when r.tokens_suspect then r.cost_usd end',
};

/** What one commit `c` adds. */
const OF_COMMIT = {
  commits: '1',
  commits_with_receipts: 'case when c.has_receipts then 1 end',
  commits_with_ai_trailers: "case when not c.has_receipts and c.ai_involved <> '[]' then 1 end",
  commits_by_bots: 'case when c.author_is_bot then 1 end',
  added: 'c.added',
  deleted: 'c.deleted',
  ai: 'c.ai',
  human: 'c.human',
  unknown: 'c.unknown',
  added_by_bots: 'case when c.author_is_bot then c.added end',
};

/** What one entry of a commit's `ai_by` adds: its AI lines by who wrote them. */
const OF_PART = { ai_of_kind: "(part ->> 'lines')::int" };

export type Measure = keyof typeof OF_RECEIPT | keyof typeof OF_COMMIT | keyof typeof OF_PART;

/** Columns of rollups and of their deltas. */
export const MEASURES = Object.keys({ ...OF_RECEIPT, ...OF_COMMIT, ...OF_PART }) as Measure[];

/** Receipts; commits, whoever wrote their lines; AI lines by who wrote them. */
export type Stream = 'receipts' | 'commits' | 'parts';

const STREAMS: Record<Stream, object> = { receipts: OF_RECEIPT, commits: OF_COMMIT, parts: OF_PART };

/** True where facts of this stream add to the measure. */
export const isOf = (stream: Stream, measure: Measure): boolean => measure in STREAMS[stream];

/** A list over all measures, `$` standing for each: `sum($) as $`. */
export const each = (sql: Sql, text: string) =>
  sql.unsafe(MEASURES.map((measure) => text.replaceAll('$', measure)).join(', '));

const columns = (of: Record<string, string>) =>
  MEASURES.map(
    (measure) => `${of[measure] ?? (measure.endsWith('cost') ? 'null::numeric' : 'null::bigint')} as ${measure}`,
  ).join(', ');

/**
 * What receipts `r` add, a row each: the quarter of an hour (offsets of time zones are multiples of it), the dimensions as
 * values of rollup_keys, the measures. `rows` is what stands behind `from`.
 */
export const receiptFacts = (sql: Sql, rows: Fragment) => sql`
  select date_bin('15 minutes', r."timestamp", '2000-01-01Z') as at, r."timestamp" as exactly,
    array[r.repo_id::text] as repo, array[r.author, r.user_name] as person,
    array[r.team_id::text, case when r.team_id is null then r.team end] as team,
    array[r.provider, r.model, r.tool] as kind, ${sql.unsafe(columns(OF_RECEIPT))}
  from ${rows}
`;

/** Of commits those whose lines count (docs/counting.md). */
const COUNTED = 'c.on_default_branch and not c.is_merge and c.added is not null';

/** What those of the commits `c` add whose lines count, as `receiptFacts` has it. */
export const commitFacts = (sql: Sql, rows: Fragment) => sql`
  select ${dimensionsOf(sql)}, array[null, null, null]::text[] as kind, ${sql.unsafe(columns(OF_COMMIT))}
  from ${rows}
  where ${sql.unsafe(COUNTED)}
`;

/** Their AI lines by who wrote them. */
export const partFacts = (sql: Sql, rows: Fragment) => sql`
  select ${dimensionsOf(sql)}, array[part ->> 'provider', part ->> 'model', part ->> 'tool'] as kind,
    ${sql.unsafe(columns(OF_PART))}
  from ${rows}, jsonb_array_elements(c.ai_by) as part
  where ${sql.unsafe(COUNTED)}
`;

/** Both. */
export const countedFacts = (sql: Sql, rows: Fragment) => sql`
  ${commitFacts(sql, rows)} union all ${partFacts(sql, rows)}
`;

const dimensionsOf = (sql: Sql) =>
  sql.unsafe(`
  date_bin('15 minutes', c.committed_at, '2000-01-01Z') as at, c.committed_at as exactly, array[c.repo_id::text] as repo,
  array[c.author, c.author_name] as person,
  array[c.team_id::text, case when c.team_id is null then c.team end] as team`);

/** All facts of an org. */
export const allFacts = (sql: Sql, orgId: string) => sql`
  ${receiptFacts(sql, sql`(select * from receipts where org_id = ${orgId}) r`)}
  union all
  ${countedFacts(sql, sql`(select * from commits where org_id = ${orgId}) c`)}
`;
