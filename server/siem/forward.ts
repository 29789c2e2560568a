import { hostname } from 'node:os';
import type { SiemEvent, SiemSource } from '../../shared/siem/event.js';
import { syslogMessage } from '../../shared/siem/format.js';
import type { Database, Sql } from '../db.js';
import { readAuditFeed } from '../feed/audit-feed.js';
import { numberViolations, readViolationFeed } from '../feed/violation-feed.js';
import type { JobKind } from '../jobs/kinds.js';
import { version } from '../version.js';
import { openSyslog, type SyslogConnection } from './syslog-connection.js';

/** Events that are read at a time, and those of one connection: the cursor moves when it was closed. */
const PORTION = 200;
const MAX_EVENTS = 5_000;

/** What was forwarded: the next number of each feed. */
interface Cursor {
  audit: number;
  violations: number;
}

/** Forwards the audit log and the violations of an org to the syslog collector of the operator, at least once, each in its order. */
export const forwardToSyslog: JobKind = {
  kind: 'siem.forward',
  maxAttempts: Number.MAX_SAFE_INTEGER, // the collector comes back some day, and nothing may be left out
  leaseSeconds: 120,
  retrySeconds: (attempt) => Math.min(300, 10 * 2 ** Math.min(attempt - 1, 10)),
  async run({ orgId }, { db, config: { syslog }, signal }) {
    if (!syslog) return;
    let cursor = await db.withTenant(orgId, (sql) => readCursor(sql, orgId));
    const source = { version, org: { id: orgId, slug: await slugOf(db, orgId) }, host: hostname() };
    for (let total = 0; ; ) {
      const first = await nextPortion(db, orgId, cursor);
      if (first.events.length === 0) return { forwarded: total };
      const connection = await openSyslog(syslog, { signal });
      try {
        const { reached, count } = await forward(connection, first, {
          write: (event) => syslogMessage(syslog.format, event, source),
          more: (from) => nextPortion(db, orgId, from),
        });
        await connection.end();
        await db.withTenant(orgId, (sql) => saveCursor(sql, orgId, reached));
        cursor = reached;
        total += count;
      } finally {
        connection.destroy();
      }
      signal.throwIfAborted();
    }
  },
};

interface Portion {
  events: SiemEvent[];
  reached: Cursor;
}

async function forward(
  connection: SyslogConnection,
  first: Portion,
  { write, more }: { write: (event: SiemEvent) => string; more: (from: Cursor) => Promise<Portion> },
): Promise<{ reached: Cursor; count: number }> {
  let count = 0;
  for (let portion = first; ; portion = await more(portion.reached)) {
    if (portion.events.length > 0) await connection.send(portion.events.map(write));
    count += portion.events.length;
    if (portion.events.length < PORTION || count >= MAX_EVENTS) return { reached: portion.reached, count };
  }
}

async function nextPortion(db: Database, orgId: string, { audit, violations }: Cursor): Promise<Portion> {
  return db.withTenant(orgId, async (sql) => {
    await numberViolations(sql, orgId);
    const events = await readAuditFeed(sql, orgId, audit, PORTION);
    const found = await readViolationFeed(sql, orgId, violations, PORTION);
    return {
      events: [
        ...events.map((item): SiemEvent => ({ type: 'audit', item })),
        ...found.map((item): SiemEvent => ({ type: 'violation', item })),
      ],
      reached: {
        audit: events.length === 0 ? audit : events.at(-1)!.seq + 1,
        violations: found.length === 0 ? violations : found.at(-1)!.seq + 1,
      },
    };
  });
}

async function readCursor(sql: Sql, orgId: string): Promise<Cursor> {
  const [row] = await sql<Cursor[]>`
    select audit_seq::float8 as audit, violation_seq::float8 as violations from siem_cursors where org_id = ${orgId}
  `;
  return row ?? { audit: 0, violations: 0 };
}

async function saveCursor(sql: Sql, orgId: string, { audit, violations }: Cursor): Promise<void> {
  await sql`
    insert into siem_cursors (org_id, audit_seq, violation_seq) values (${orgId}, ${audit}, ${violations})
    on conflict (org_id) do update set audit_seq = excluded.audit_seq, violation_seq = excluded.violation_seq
  `;
}

async function slugOf(db: Database, orgId: string): Promise<SiemSource['org']['slug']> {
  const [org] = await db.withSystem((sql) => sql<{ slug: string }[]>`select slug from orgs where org_id = ${orgId}`);
  return org?.slug ?? orgId;
}
