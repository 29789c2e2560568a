import type { ReportType } from '../../shared/report/types.js';
import type { Database, Sql } from '../db.js';
import { withFoldedSnapshot } from '../rollups/snapshot.js';

/** The one state of the database that a report is of. Only `executive` reads sums that are kept in rollups. */
export function withReportSnapshot<T>(
  db: Database,
  orgId: string,
  type: ReportType,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  return type === 'executive' ? withFoldedSnapshot(db, orgId, work) : db.withSnapshot(orgId, work);
}
