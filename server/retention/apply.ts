import type { RetentionCounts } from '../../shared/api/retention.js';
import type { Settings } from '../../shared/api/settings.js';
import { recordEvent, SERVER } from '../audit/record.js';
import type { Database, Sql } from '../db.js';
import { lockOrg } from '../orgs/lock.js';
import { findSettings } from '../settings/queries.js';
import { limitsOf } from './limits.js';
import { STEPS } from './remove.js';
import * as runs from './runs.js';

/**
 * Removes what an org keeps no longer: a thousand rows in a transaction, so that batches never wait long. Settings are read again
 * each time, so a legal hold stops it at once. A run that removed something writes one audit event with its counts; the
 * counts of one that was cut off are told by the next. Answers what this run removed.
 */
export async function applyRetention(
  db: Database,
  orgId: string,
  { now = new Date(), signal }: { now?: Date; signal?: AbortSignal } = {},
): Promise<RetentionCounts> {
  const total = nothing();
  for (const { kind, limit, remove } of STEPS) {
    for (;;) {
      if (signal?.aborted) break;
      const count = await db.withTenant(orgId, async (sql) => {
        if (limitsOf(await findSettings(sql, orgId), now)[limit] === null) return 0;
        await lockOrg(sql, orgId, 'alone');
        const before = limitsOf(await findSettings(sql, orgId), now)[limit];
        const removed = before === null ? 0 : await remove(sql, orgId, before);
        if (removed > 0) await runs.add(sql, orgId, kind, removed);
        return removed;
      });
      total[kind] += count;
      if (count === 0) break;
    }
  }
  await db.withTenant(orgId, async (sql) => {
    const run = await runs.finish(sql, orgId);
    if (!run) return;
    const target = { type: 'retention_run', id: run.id };
    await recordEvent(sql, orgId, SERVER, { action: 'retention.applied', target, after: run.counts });
  });
  return total;
}

const nothing = (): RetentionCounts => ({ receipts: 0, violations: 0, prompts: 0, audit_details: 0 });

/** What a run would remove, counted. */
export async function previewRetention(
  sql: Sql,
  orgId: string,
  settings: Settings,
  now = new Date(),
): Promise<RetentionCounts> {
  await sql`set local statement_timeout = '10min'`;
  const limits = limitsOf(settings, now);
  const removes = nothing();
  for (const { kind, limit, count } of STEPS) {
    const before = limits[limit];
    if (before !== null) removes[kind] = await count(sql, orgId, before);
  }
  return removes;
}
