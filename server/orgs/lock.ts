import type { Sql } from '../db.js';

/**
 * Keeps apart those who store receipts and those who change what receipts are stored by: memberships, repositories of
 * teams, settings. Storing takes it shared, so that batches do not wait for each other. Changing takes it alone: it
 * sees every receipt stored before, and every one stored after sees the change. Held until the transaction ends; take it
 * first, and before the lock of org_settings.
 */
export async function lockOrg(sql: Sql, orgId: string, mode: 'shared' | 'alone'): Promise<void> {
  const key = sql`hashtextextended(${`org ${orgId}`}, 0)`;
  if (mode === 'shared') await sql`select pg_advisory_xact_lock_shared(${key})`;
  else {
    await sql`select pg_advisory_xact_lock(${key})`;
    // A change may concern every receipt of the org; nobody changes teams every minute.
    await sql`set local statement_timeout = '10min'`;
  }
}
