import type { ReportType } from '../../shared/report/types.js';
import type { Database, Sql } from '../db.js';
import { withFoldedSnapshot } from '../rollups/snapshot.js';

/**
 * The one state of the database that a report is of; the replica's, so that `work` may be called twice while `mayRepeat` agrees.
 * Only `executive` reads sums that are kept in rollups, and they are folded on the primary.
 */
export function withReportSnapshot<T>(
  db: Database,
  orgId: string,
  type: ReportType,
  work: (sql: Sql) => Promise<T>,
  mayRepeat?: () => boolean,
): Promise<T> {
  if (type === 'executive') return withFoldedSnapshot(db, orgId, work);
  return db.replica.withSnapshot(orgId, work, mayRepeat);
}
