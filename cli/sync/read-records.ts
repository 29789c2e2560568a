import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import { groupBy } from '../../shared/group-by.js';
import { normalizeTimestamp, timestampOfSeconds } from '../../shared/timestamp.js';
import { commitInfo, messageOf } from '../git/commits.js';
import { noteTimes } from '../git/note-times.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { agentTrace, parseTracesOf } from '../sources/agent-trace.js';
import { agitrack, parseBlocks } from '../sources/agitrack.js';
import { named, type Only, parseNote } from '../sources/index.js';
import type { NoteContext } from '../sources/source.js';
import { readCheckpoints } from './read-checkpoints.js';
import { Reading, type ReadingOptions } from './reading.js';
import { commitsOf, type Places, type Records } from './records.js';

export interface ReadOptions extends ReadingOptions {
  /** Name of the repository, part of derived identities. */
  name: string;
  prompts: PromptMode;
  only: Only;
}

/**
 * Reads records, notes in one stream, and keeps what they say about the commits that are to be counted. What cannot be
 * read is listed with the reason and stops nothing.
 */
export async function readRecords(
  repository: Repository,
  places: Places,
  records: Records,
  { name, prompts, only, ...options }: ReadOptions,
): Promise<Reading> {
  const reading = new Reading(records.skipped, options);
  const times = await timesOf(repository, places, records);
  const context = (commit: string): NoteContext => ({
    commit,
    repo: name,
    prompts,
    time: times.get(commit) ?? received(),
    ...(repository.root !== undefined && { root: `${repository.root}/` }),
  });
  await readNotes(repository, records, reading, (body, commit) => parseNote(body, context(commit), only));
  await readCheckpoints(repository, records.checkpoints, reading, context);
  for (const { ref, commit, traces, count } of records.traces) {
    const parse = (about: string) => named(agentTrace, parseTracesOf(traces, context(about)));
    await reading.take({ ref, commit: commit ?? ref, count }, commit === null ? [] : [commit], parse);
  }
  const refs = new Map(records.blocks.map(({ ref, commit }) => [commit, ref]));
  for await (const object of readObjects(repository, refs.keys())) {
    if ('missing' in object) continue;
    const { oid: commit } = object;
    const parse = () => named(agitrack, parseBlocks(messageOf(object.body), context(commit)));
    await reading.take({ ref: refs.get(commit)!, commit }, [commit], parse);
  }
  return reading;
}

async function readNotes(
  repository: Repository,
  { notes }: Records,
  reading: Reading,
  parse: (body: Buffer, commit: string) => ReturnType<typeof parseNote>,
): Promise<void> {
  const notesOf = groupBy(notes, ({ blob }) => blob);
  for await (const object of readObjects(repository, [...notesOf.keys()])) {
    for (const { ref, commit } of notesOf.get(object.oid) ?? []) {
      if (!('missing' in object)) await reading.take({ ref, commit }, [commit], (about) => parse(object.body, about));
      else {
        reading.skip({ ref, commit }, object.reason);
        if (object.missing === 'absent') reading.pending.push(commit);
      }
    }
  }
}

/** When each commit of the records was made; of commits that are not here, when their note was. */
async function timesOf(
  repository: Repository,
  places: Places,
  records: Records,
): Promise<Map<string, NoteContext['time']>> {
  const times = new Map<string, NoteContext['time']>();
  const absent = new Set<string>();
  const note = (commit: string, seconds: number, timestamp_basis: 'commit' | 'note') => {
    const timestamp = timestampOfSeconds(seconds);
    if (timestamp !== undefined) times.set(commit, { timestamp, timestamp_basis });
  };
  for await (const commit of commitInfo(repository, commitsOf(records))) {
    if ('missing' in commit) absent.add(commit.oid);
    else note(commit.oid, commit.committedAt, 'commit');
  }
  const wanted = new Set(records.notes.filter(({ commit }) => absent.has(commit)).map(({ ref }) => ref));
  for (const { name, oid, notes } of places.notes) {
    if (notes || !wanted.has(name)) continue; // notes with a ref each have no history
    for (const [commit, seconds] of await noteTimes(repository, oid, absent)) {
      if (!times.has(commit)) note(commit, seconds, 'note');
    }
  }
  return times;
}

function received(): NoteContext['time'] {
  return { timestamp: normalizeTimestamp(new Date().toISOString())!, timestamp_basis: 'received' };
}
