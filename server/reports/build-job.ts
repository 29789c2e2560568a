import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { REPORT_FORMATS, type ReportRequest } from '../../shared/api/reports.js';
import type { ReportDocument, Table } from '../../shared/report/document.js';
import { REPORTS } from '../../shared/report/types.js';
import { writeReport } from '../../shared/report/write.js';
import { type Actor, recordEvent } from '../audit/record.js';
import type { Sql } from '../db.js';
import type { JobContext, JobKind } from '../jobs/kinds.js';
import { lockOrg } from '../orgs/lock.js';
import { findOrgById } from '../orgs/queries.js';
import { fileName } from './check-format.js';
import { checkTable } from './check-table.js';
import { Digest } from './digest.js';
import { composeReport } from './document.js';
import { storeFile } from './files.js';
import { openScope } from './scope.js';
import { withReportSnapshot } from './snapshot.js';

export interface BuildPayload {
  request: ReportRequest & { from?: string; to?: string };
  actor: Actor;
  /** Built by a schedule: also written to the operator's folder. */
  scheduled: boolean;
}

/**
 * Builds a report into a temporary file while one snapshot of the database is read, and stores it afterwards: two connections at a time
 * for one job could wait for each other in a small pool.
 */
export const buildReport: JobKind = {
  kind: 'report.build',
  maxAttempts: 3,
  leaseSeconds: 60,
  run: async ({ orgId, id, payload }, context) => {
    const { request, actor, scheduled } = payload as unknown as BuildPayload;
    const folder = await mkdtemp(join(tmpdir(), 'blameprompt-report-'));
    try {
      const path = join(folder, 'report');
      const { db, config } = context;
      const { erasures, org, ...built } = await writeTo(path, orgId, request, context);
      await db.withTenant(orgId, async (sql) => {
        await lockOrg(sql, orgId, 'shared');
        // By their number, not their time: a replica may show what is older than the moment at which it was asked.
        if ((await countErasures(sql, orgId)) !== erasures)
          throw new Error('A person was erased meanwhile, who may stand in what was read: built again.');
        await storeFile(sql, orgId, id, built, path);
        const { name, bytes, sha256 } = built;
        const after = { job: id, ...request, name, bytes, sha256 };
        const target = { type: 'report', id: request.type };
        await recordEvent(sql, orgId, actor, { action: 'report.ready', target, after });
      });
      if (scheduled && config.reportsDir !== undefined) await publish(path, join(config.reportsDir, org), built.name);
      return { name: built.name, bytes: built.bytes, sha256: built.sha256 };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function writeTo(path: string, orgId: string, request: BuildPayload['request'], context: JobContext) {
  const { type, format = 'json', table = REPORTS[type].table, ...asked } = request;
  return withReportSnapshot(context.db, orgId, type, async (sql) => {
    const erasures = await countErasures(sql, orgId);
    const org = await findOrgById(sql, orgId);
    const scope = await openScope(sql, org, type, asked);
    const document = await composeReport(scope);
    if (format === 'csv') checkTable(document, table);
    const digest = new Digest();
    const chunks = digest.through(writeReport(observed(document, context), format, table));
    await pipeline(chunks, createWriteStream(path, { mode: 0o600 }), { signal: context.signal });
    return {
      erasures,
      org: org.slug,
      name: fileName(scope, format),
      content_type: REPORT_FORMATS[format],
      ...digest.result(),
    };
  });
}

async function countErasures(sql: Sql, orgId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from erasures where org_id = ${orgId}`;
  return row!.count;
}

/** Tells how many of the tables are through; how long each is, nobody knows before. */
function observed(document: ReportDocument, { progress }: JobContext): ReportDocument {
  const tables = document.sections.flatMap(({ blocks }) => blocks).filter((block) => block.kind === 'table');
  let through = 0;
  const watch = (table: Table): Table => ({
    ...table,
    rows: async function* () {
      yield* table.rows();
      through++;
      void progress((through / tables.length) * 0.9).catch(() => {}); // a lost lease aborts the signal
    },
  });
  const sections = document.sections.map((section) => ({
    ...section,
    blocks: section.blocks.map((block) => (block.kind === 'table' ? watch(block) : block)),
  }));
  return { ...document, sections };
}

/** Under its name only when it is whole. The folder may be another file system. */
async function publish(path: string, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const beside = join(folder, `.${name}.${process.pid}.part`);
  try {
    await copyFile(path, beside);
    await rename(beside, join(folder, name));
  } finally {
    await rm(beside, { force: true });
  }
}
