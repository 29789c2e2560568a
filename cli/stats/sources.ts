import type { Settings } from '../config/settings.js';
import { findDefaultBranch } from '../git/default-branch.js';
import type { Repository } from '../git/repository.js';
import { readRecords } from '../sync/read-records.js';
import type { ReadRecord } from '../sync/reading.js';
import { findPlaces, listRecords } from '../sync/records.js';
import { repositoryName } from '../sync/repository-name.js';

/** The `--json` shape that scripts rely on (design.md). */
export interface SourceReport {
  /** Where they are: a ref of notes or checkpoints, a file, the branch of commit messages. */
  ref: string;
  /** Null when no note of the ref can be read. */
  format: string | null;
  notes: number;
  readable: number;
  /** `commit` is the annotated one, or what else names the note: a checkpoint, a path. */
  skipped: { commit: string; reason: string }[];
}

/** Where a clone has notes and other records, in which formats, and what cannot be read, with the reason. */
export async function findSources(repository: Repository, settings: Settings): Promise<SourceReport[]> {
  const branch = await findDefaultBranch(repository, settings.defaultBranch);
  const places = await findPlaces(repository, branch, settings.only);
  const records = await listRecords(repository, places, settings.only);
  const reports = new Map<string, Map<string | null, SourceReport>>();
  const unread: ReadRecord[] = [];
  await readRecords(repository, places, records, {
    name: repositoryName(repository, settings),
    prompts: 'none',
    only: settings.only,
    isCounted: () => false,
    onRecord: (record) => {
      if (record.source === undefined) unread.push(record);
      else addTo(reportOf(reports, record.ref, record.source), record);
    },
  });
  // What cannot be read has no format: it is told with the ref's most frequent one.
  for (const record of unread) {
    const [most] = [...(reports.get(record.ref)?.values() ?? [])].sort((a, b) => b.readable - a.readable);
    addTo(most ?? reportOf(reports, record.ref, null), record);
  }
  return [...reports.values()].flatMap((formats) => [...formats.values()]);
}

function reportOf(
  reports: Map<string, Map<string | null, SourceReport>>,
  ref: string,
  format: string | null,
): SourceReport {
  const formats = reports.get(ref) ?? new Map<string | null, SourceReport>();
  reports.set(ref, formats);
  const report = formats.get(format) ?? { ref, format, notes: 0, readable: 0, skipped: [] };
  formats.set(format, report);
  return report;
}

function addTo(report: SourceReport, { commit, count = 1, source, reason, leftOut }: ReadRecord): void {
  report.notes += count;
  if (source !== undefined) report.readable += count;
  for (const why of reason === undefined ? leftOut : [reason]) report.skipped.push({ commit, reason: why });
}
