import type { Filters } from '../../shared/api/receipts.js';
import { timeBound } from '../../shared/validate.js';
import type { Fragment, Sql } from '../db.js';
import { invalidQuery } from '../errors.js';
import type { Grain } from '../rollups/cubes.js';
import { instant } from '../time.js';

/** From the first instant to before the second, as PostgreSQL writes them; `-infinity` and `infinity` where nothing bounds. */
export type Range = [from: string, to: string];

/** A period in parts: those that rollups of a grain have whole, and what is left over for the facts themselves. */
export type Cover = Record<Grain | 'facts', Range[]>;

export interface Period {
  range: Range;
  /** For sums. */
  cover: Cover;
  /** For what is told by days: without months. */
  daily: Cover;
  /** For days of another time zone than that of the rollups: by quarters of an hour. */
  quarterly: Cover;
}

/** The period that filters name. Its days, given as such, are those of `timeZone`; the rollups have the days of `rollupZone`. */
export async function findPeriod(
  sql: Sql,
  { from, to }: Pick<Filters, 'from' | 'to'>,
  { timeZone, rollupZone }: { timeZone: string; rollupZone: string },
): Promise<Period> {
  const bounds = { from: bound(sql, from, 'from', timeZone), to: bound(sql, to, 'to', timeZone) };
  return coverPeriod(sql, bounds, rollupZone).catch((error) => {
    if (error.code !== '22023') throw error;
    throw invalidQuery([{ in: 'query', pointer: '/time_zone', message: "is unknown to this server's database" }]);
  });
}

/** As long a period right before; one without an end ends now. */
export async function periodBefore(sql: Sql, [from, to]: Range, rollupZone: string): Promise<Period> {
  const first = instant(sql, from);
  const last = to === 'infinity' ? sql`now()` : instant(sql, to);
  return coverPeriod(sql, { from: sql`${first} - (greatest(${first}, ${last}) - ${first})`, to: first }, rollupZone);
}

function bound(sql: Sql, text: string | undefined, side: 'from' | 'to', timeZone: string): Fragment {
  if (text === undefined) return side === 'from' ? sql`'-infinity'::timestamptz` : sql`'infinity'::timestamptz`;
  if (text.length > 10) return instant(sql, timeBound(text, side)!);
  return sql`(${text}::text::date + ${side === 'from' ? 0 : 1}::int)::timestamp at time zone ${timeZone}`;
}

/** Covers nothing. */
export const NONE: Cover = { quarter: [], day: [], month: [], year: [], ever: [], facts: [] };

async function coverPeriod(sql: Sql, bounds: Record<'from' | 'to', Fragment>, timeZone: string): Promise<Period> {
  const up = (unit: string) => sql`
    case when date_trunc(${unit}, f, ${timeZone}) = f then f
      else (date_trunc(${unit}, f at time zone ${timeZone}) + ${`1 ${unit}`}::interval) at time zone ${timeZone} end
  `;
  const [row] = await sql`
    select f::text, t::text, (${up('year')})::text as y0, date_trunc('year', t, ${timeZone})::text as y1,
      (${up('month')})::text as m0, date_trunc('month', t, ${timeZone})::text as m1,
      (${up('day')})::text as d0, date_trunc('day', t, ${timeZone})::text as d1,
      ${quarter(sql, 'f', true)}::text as q0, ${quarter(sql, 't', false)}::text as q1,
      array[
        ${up('year')} < date_trunc('year', t, ${timeZone}), ${up('month')} < date_trunc('month', t, ${timeZone}), ${up('day')} < date_trunc('day', t, ${timeZone}),
        ${quarter(sql, 'f', true)} < ${quarter(sql, 't', false)}
      ] as cmp
    from (select ${bounds.from} as f, ${bounds.to} as t) as p
  `;
  const { f, t, y0, y1, m0, m1, d0, d1, q0, q1, cmp } = row as never as Record<string, string> & { cmp: boolean[] };
  const range: Range = [f!, t!];
  const [years, months, days, quarters] = cmp;
  const around = ([from, to]: Range, [first, last]: Range): Range[] =>
    (
      [
        [from, first],
        [last, to],
      ] as Range[]
    ).filter(([a, b]) => a !== b);
  const whole: Cover = { ...NONE, facts: [range] };
  const daily: Cover = days ? { ...NONE, day: [[d0!, d1!]], facts: around(range, [d0!, d1!]) } : whole;
  const monthly: Cover = months ? { ...daily, month: [[m0!, m1!]], day: around([d0!, d1!], [m0!, m1!]) } : daily;
  const yearly: Cover = years ? { ...monthly, year: [[y0!, y1!]], month: around([m0!, m1!], [y0!, y1!]) } : monthly;
  const isEver = range[0] === '-infinity' && range[1] === 'infinity';
  const cover: Cover = isEver ? { ...NONE, ever: [range] } : yearly;
  const quarterly: Cover = quarters ? { ...NONE, quarter: [[q0!, q1!]], facts: around(range, [q0!, q1!]) } : whole;
  return { range, cover, daily, quarterly };
}

function quarter(sql: Sql, column: string, up: boolean) {
  const bin = sql.unsafe(`date_bin('15 minutes', ${column}, '2000-01-01Z')`);
  const name = sql.unsafe(column);
  return sql`case when ${name} in ('-infinity', 'infinity') then ${name} when ${bin} = ${name} or not ${up} then ${bin} else ${bin} + '15 minutes' end`;
}
