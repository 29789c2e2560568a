import type { Filters } from '../../shared/api/receipts.js';
import { timeBound } from '../../shared/validate.js';
import type { Fragment, Sql } from '../db.js';
import type { Position } from '../http/cursor.js';
import { instant, utc } from '../time.js';
import { countings, receiptConditions, repoIdOf } from './filters.js';

export interface SearchLimits {
  /** Receipts that one step looks at, at most, and one that looks into texts and paths. */
  rows: { columns: number; text: number };
  /** A search that took longer answers what it has, in milliseconds. */
  budgetMs: number;
}

/** A text is looked for in all paths of a receipt, of which there may be thousands: steps begin small, and a slow one makes the next smaller. */
const LIMITS: SearchLimits = { rows: { columns: 20_000, text: 1_000 }, budgetMs: 500 };

/**
 * Ids of up to `limit` receipts that the filters choose, newest first, from behind `after`, and the place to go on from; undefined:
 * there are no more. Looks at receipts in steps of so many and answers fewer than `limit`, or none, when its time is up:
 * bounded whatever is asked for (docs/adr/0026-pages-of-receipts.md).
 */
export async function searchReceipts(
  sql: Sql,
  orgId: string,
  filters: Filters,
  limit: number,
  after: Position | undefined,
  { rows, budgetMs }: SearchLimits = LIMITS,
): Promise<{ ids: string[]; next: Position | undefined }> {
  const started = performance.now();
  const most = filters.q === undefined ? rows.columns : rows.text;
  let size = Math.ceil(most / 32);
  const ways = waysTo(sql, orgId, filters);
  const { from: _from, to: _to, ...chosen } = filters;
  // Here an index has nothing but what is asked for: no more than a page of it is read.
  const isExact = ways.length === 1 && Object.keys(chosen).length <= 1 && !needsLooking(filters);
  const found: Position[] = [];
  for (let start = after; ; ) {
    const stepped = performance.now();
    const bounds = timeBounds(sql, filters, start);
    const { way, end } = isExact ? { way: ways[0]!, end: undefined } : await chooseWay(sql, orgId, ways, bounds, size);
    const window = end ? sql`${bounds} and ${notBefore(sql, end)}` : bounds;
    // `offset 0` keeps the other conditions out: they would make the planner take another index, and read all of it.
    const page = await sql<Position[]>`
      select r.id, ${utc(sql, 'r.timestamp')} as "timestamp"
      from (${inOrder(sql, orgId, way, window)} offset 0) as r
      where ${receiptConditions(sql, orgId, filters, { ofFew: true })}
      order by r."timestamp" desc, r.id desc
      limit ${limit + 1 - found.length}
    `;
    found.push(...page);
    const ids = found.slice(0, limit).map(({ id }) => id);
    if (found.length > limit) return { ids, next: found[limit - 1] };
    if (!end || performance.now() - started > budgetMs) return { ids, next: end };
    start = end;
    size = performance.now() - stepped < budgetMs / 10 ? Math.min(most, size * 2) : Math.ceil(size / 4);
  }
}

/** Conditions that an index has in the order of time; one that needs two indexes has two, which exclude each other. */
type Way = Fragment[];

/** Each filter that has an index; all receipts where none has. */
function waysTo(sql: Sql, orgId: string, { user, repo, team, model }: Filters): [Way, ...Way[]] {
  const ways: Way[] = [];
  if (user?.includes('@')) ways.push([sql`r.author = lower(${user})`]);
  if (repo !== undefined) ways.push([sql`r.repo_id = ${repoIdOf(sql, orgId, repo)}`]);
  if (model !== undefined) ways.push([sql`r.model = ${model}`]);
  if (team !== undefined) ways.push(countings(sql, 'r', orgId, team));
  const [first = [sql`true`], ...more] = ways;
  return [first, ...more];
}

const needsLooking = ({ user, provider, tool, q }: Filters) =>
  provider !== undefined || tool !== undefined || q !== undefined || (user !== undefined && !user.includes('@'));

/**
 * The way that comes furthest back in time with the next `size` receipts, which is the one with the fewest among those that are
 * next, and where they end; undefined: it has no more than those. What planners know of an org's two years says little of a
 * model that came last week.
 */
async function chooseWay(sql: Sql, orgId: string, ways: [Way, ...Way[]], bounds: Fragment, size: number) {
  let chosen: { way: Way; end: Position } | undefined;
  for (const way of ways) {
    const [end] = await sql<Position[]>`
      select r.id, ${utc(sql, 'r.timestamp')} as "timestamp"
      from (${inOrder(sql, orgId, way, bounds, sql`r."timestamp", r.id`)} offset ${size - 1} limit 1) as r
    `;
    if (!end) return { way, end };
    if (!chosen || end.timestamp < chosen.end.timestamp) chosen = { way, end };
  }
  return chosen!;
}

/** Receipts `r` of a way within bounds, newest first. */
function inOrder(sql: Sql, orgId: string, way: Way, bounds: Fragment, columns: Fragment = sql`r.*`): Fragment {
  const parts = way.map(
    (condition) => sql`(
      select ${columns} from receipts r
      where r.org_id = ${orgId} and ${condition} and ${bounds}
      order by r."timestamp" desc, r.id desc
    )`,
  );
  const all = parts.reduce((before, part) => sql`${before} union all ${part}`);
  return sql`select * from (${all}) as r order by r."timestamp" desc, r.id desc`;
}

function timeBounds(sql: Sql, { from, to }: Filters, after: Position | undefined): Fragment {
  return sql`
    true
    ${from === undefined ? sql`` : sql`and r."timestamp" >= ${instant(sql, timeBound(from, 'from')!)}`}
    ${to === undefined ? sql`` : sql`and r."timestamp" < ${instant(sql, timeBound(to, 'to')!)}`}
    ${after ? sql`and ${behind(sql, after)}` : sql``}
  `;
}

// The time is said once more by itself: of two comparisons of rows the planner does not see that they are the ends of one range, and
// takes a window in the middle for a quarter of all receipts.
const behind = (sql: Sql, { timestamp, id }: Position) => sql`
  (r."timestamp", r.id) < (${instant(sql, timestamp)}, ${id}::uuid) and r."timestamp" <= ${instant(sql, timestamp)}
`;
const notBefore = (sql: Sql, { timestamp, id }: Position) => sql`
  (r."timestamp", r.id) >= (${instant(sql, timestamp)}, ${id}::uuid) and r."timestamp" >= ${instant(sql, timestamp)}
`;
