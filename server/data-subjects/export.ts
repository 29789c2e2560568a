import type { exportSubject as Endpoint, SubjectInput } from '../../shared/api/data-subjects.js';
import type { ReplyOf } from '../../shared/api/types.js';
import { type Actor, recordEvent } from '../audit/record.js';
import type { Database, Sql } from '../db.js';
import { invalidBody } from '../errors.js';
import { PLACES, type Place } from './places.js';
import { assignPseudonyms } from './pseudonyms.js';
import { searchPage } from './search.js';
import { findSubject } from './subject.js';

/**
 * One page of everything that names a person: exactly the rows that an erasure would change. Each page with rows is an event, so
 * that none is read unseen.
 */
export async function exportSubject(
  db: Database,
  orgId: string,
  actor: Actor,
  { cursor, ...input }: SubjectInput & { cursor?: string },
): Promise<ReplyOf<typeof Endpoint>> {
  const { place, after } = cursor === undefined ? { place: PLACES[0]!, after: null } : decode(cursor);
  return db.withTenant(orgId, async (sql) => {
    const { identities, ...subject } = await findSubject(sql, orgId, input);
    const { pseudonyms } = await assignPseudonyms(sql, orgId, identities, { store: false });
    const { found, next } = await searchPage(sql, orgId, place, { identities, pseudonyms }, after);
    const rows = found.map(({ row }) => without(row, ['org_id', ...(place.secret ?? [])]));
    const shown = place.table === 'audit_details' ? await withEvents(sql, orgId, rows) : rows;
    if (cursor === undefined || rows.length > 0) {
      await recordEvent(sql, orgId, actor, {
        action: 'person.exported',
        target: { type: 'table', id: place.table },
        after: { emails: subject.emails, rows: rows.length },
      });
    }
    const following = PLACES[PLACES.indexOf(place) + 1];
    const next_cursor = next ? encode(place, next) : following ? encode(following, null) : null;
    return { ...subject, table: place.table, rows: shown, next_cursor };
  });
}

type Row = Record<string, unknown>;

/** A detail says who and what; the event says when. */
async function withEvents(sql: Sql, orgId: string, rows: Row[]): Promise<Row[]> {
  const events = await sql<{ id: string; event: string }[]>`
    select id, event from audit_events where org_id = ${orgId} and id = any(${rows.map(({ event_id }) => event_id as string)}::uuid[])
  `;
  const byId = new Map(events.map(({ id, event }) => [id, event]));
  return rows.map((row) => ({ ...row, event: byId.get(row.event_id as string) }));
}

const without = (row: Row, names: string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

const encode = ({ table }: Place, after: Row | null): string =>
  Buffer.from(JSON.stringify([table, after])).toString('base64url');

function decode(cursor: string): { place: Place; after: Row | null } {
  try {
    const [table, after] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, Row | null];
    const place = PLACES.find((one) => one.table === table);
    const isKey =
      after === null || (place && Object.keys(place.key).every((name) => isPart(place.key[name]!, after[name])));
    if (place && isKey) return { place, after };
  } catch {
    // falls through: what cannot be read is not ours
  }
  throw invalidBody([{ in: 'body', pointer: '/cursor', message: 'is not a next_cursor of this server' }]);
}

/** Whether PostgreSQL will read it as a value of the type, so that a made-up cursor is a fault of the request. */
function isPart(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  if (typeof value !== 'string') return false;
  if (type === 'uuid') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
  if (type === 'bytea') return /^\\x([0-9a-f]{2})*$/.test(value);
  if (type === 'timestamptz')
    return /^\d{4}-\d\d-\d\dT[\d:.]{8,15}\+\d\d:\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
  return !value.includes('\0') && value.isWellFormed();
}
