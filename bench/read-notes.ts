/** The process that `notes` measures: reads, parses and normalises every note of a repository, and prints what it cost. */
import { listNotes } from '../cli/git/notes.js';
import { readObjects } from '../cli/git/objects.js';
import { openRepository } from '../cli/git/repository.js';
import { parseNote } from '../cli/sources/index.js';
import { listNotesRefs } from '../cli/sync/notes-refs.js';

const repository = await openRepository(process.argv[2]!);
const time = { timestamp: '2026-01-01T00:00:00.000000Z', timestamp_basis: 'commit' as const };
const commits = new Map<string, string>();
for (const { oid, notes } of await listNotesRefs(repository)) {
  for await (const entry of notes ?? listNotes(repository, oid))
    if ('blob' in entry) commits.set(entry.blob, entry.commit);
}
const counts = { notes: 0, receipts: 0, unreadable: 0 };
for await (const object of readObjects(repository, [...commits.keys()])) {
  const note =
    'missing' in object
      ? object
      : parseNote(object.body, { commit: commits.get(object.oid)!, repo: 'bench', time, prompts: 'summary' });
  counts.notes++;
  if ('reason' in note) counts.unreadable++;
  else counts.receipts += note.receipts.length;
}
process.stdout.write(JSON.stringify({ ...counts, peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024) }));
