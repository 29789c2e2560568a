import { groupBy } from '../../shared/group-by.js';
import type { Settings } from '../config/settings.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { parseNote } from '../sources/index.js';
import { listNotesRefs } from '../sync/notes-refs.js';
import { listAllNotes } from '../sync/plan.js';
import { repositoryName } from '../sync/repository-name.js';

/** The `--json` shape that scripts rely on (design.md). */
export interface SourceReport {
  ref: string;
  /** Null when no note of the ref can be read. */
  format: string | null;
  notes: number;
  readable: number;
  skipped: { commit: string; reason: string }[];
}

/** Which notes refs a clone has, which formats their notes are in, and what cannot be read, with the reason. */
export async function findSources(repository: Repository, settings: Settings): Promise<SourceReport[]> {
  const refs = await listNotesRefs(repository);
  const { notes, skipped } = await listAllNotes(repository, refs);
  const repo = repositoryName(repository, settings);
  const reports = new Map(refs.map(({ name }) => [name, new Map<string, SourceReport>()]));
  const unread = [...skipped];
  const notesOf = groupBy(notes, ({ blob }) => blob);
  for await (const object of readObjects(repository, [...notesOf.keys()])) {
    for (const { ref, commit } of notesOf.get(object.oid) ?? []) {
      const time = { timestamp: '1970-01-01T00:00:00.000000Z', timestamp_basis: 'received' as const };
      const note = 'missing' in object ? object : parseNote(object.body, { commit, repo, time, prompts: 'none' });
      if ('reason' in note) unread.push({ ref, commit, reason: note.reason });
      else {
        const report = ofFormat(reports.get(ref)!, ref, note.source);
        report.notes++;
        report.readable++;
        report.skipped.push(...note.skipped.map((reason) => ({ commit, reason })));
      }
    }
  }
  // What cannot be read has no format: it is told with the ref's most frequent one.
  for (const { ref, commit, reason } of unread) {
    const formats = reports.get(ref)!;
    const [most] = [...formats.values()].sort((a, b) => b.readable - a.readable);
    const report = most ?? ofFormat(formats, ref, null);
    report.notes++;
    report.skipped.push({ commit, reason });
  }
  return [...reports.values()].flatMap((formats) => [...formats.values()]);
}

function ofFormat(formats: Map<string, SourceReport>, ref: string, format: string | null): SourceReport {
  const key = format ?? '';
  const report = formats.get(key) ?? { ref, format, notes: 0, readable: 0, skipped: [] };
  formats.set(key, report);
  return report;
}
