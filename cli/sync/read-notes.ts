import type { Receipt } from '../../shared/api/receipts.js';
import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import { groupBy } from '../../shared/group-by.js';
import { normalizeTimestamp, timestampOfSeconds } from '../../shared/timestamp.js';
import { commitInfo } from '../git/commits.js';
import { noteTimes } from '../git/note-times.js';
import { readObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { parseNote } from '../sources/index.js';
import type { Claim, Count, NoteContext, ParsedNote } from '../sources/source.js';
import type { Plan } from './plan.js';

export interface SkippedNote {
  ref: string;
  commit: string;
  reason: string;
}

/** What notes say about one commit of the default branch, for counting its lines. */
export interface Spoken {
  sources: Set<string>;
  hasReceipts: boolean;
  claims: Claim[];
  counts: Map<string, Count[]>;
}

export interface NotesRead {
  notes: { read: number; skipped: SkippedNote[]; left_out: SkippedNote[] };
  spoken: Map<string, Spoken>;
  /** Commits whose notes are not here now (a partial clone) and may come later. */
  pending: string[];
}

export interface ReadOptions {
  /** Name of the repository, part of derived identities. */
  name: string;
  prompts: PromptMode;
  /** Gets every receipt, in the order of the notes; the next note waits for it. */
  onReceipt?: (receipt: Receipt) => Promise<void>;
  onNote?: () => void;
}

/** What has to be read: all of a plan, or as much of it as a report needs. */
export type NotesToRead = Pick<Plan, 'notes' | 'skipped' | 'tips'> & {
  /** What is said of these is kept. */
  commits: { has(oid: string): boolean };
};

/**
 * Reads notes in one stream, and keeps what they say about the commits that are to be counted. A note that cannot be read
 * is listed with the reason and stops nothing.
 */
export async function readNotes(
  repository: Repository,
  plan: NotesToRead,
  { name, prompts, onReceipt, onNote }: ReadOptions,
): Promise<NotesRead> {
  const times = await timesOf(repository, plan);
  const result: NotesRead = {
    notes: { read: 0, skipped: [...plan.skipped], left_out: [] },
    spoken: new Map(),
    pending: [],
  };
  const known = new Map<string, Receipt>();
  const notesOf = groupBy(plan.notes, ({ blob }) => blob);

  for await (const object of readObjects(repository, [...notesOf.keys()])) {
    for (const { ref, commit } of notesOf.get(object.oid) ?? []) {
      onNote?.();
      if ('missing' in object) {
        result.notes.skipped.push({ ref, commit, reason: object.reason });
        if (object.missing === 'absent') result.pending.push(commit);
        continue;
      }
      const context: NoteContext = {
        commit,
        repo: name,
        prompts,
        time: times.get(commit) ?? received(),
        ...(repository.root !== undefined && { root: `${repository.root}/` }),
      };
      const note = parseNote(object.body, context);
      if ('reason' in note) {
        result.notes.skipped.push({ ref, commit, reason: note.reason });
        continue;
      }
      const { receipts, claims, skipped, source } = note;
      if (receipts.length === 0 && claims.length === 0 && skipped.length > 0) {
        result.notes.skipped.push({ ref, commit, reason: skipped[0]! });
        continue;
      }
      result.notes.read++;
      result.notes.left_out.push(...skipped.map((reason) => ({ ref, commit, reason })));
      for (const receipt of receipts) await onReceipt?.(withWhatIsKnown(known, receipt));
      if (plan.commits.has(commit)) remember(result.spoken, commit, source, note);
    }
  }
  return result;
}

/** When each annotated commit was made; of commits that are not here, when their note was. */
async function timesOf(repository: Repository, plan: NotesToRead): Promise<Map<string, NoteContext['time']>> {
  const times = new Map<string, NoteContext['time']>();
  const absent = new Set<string>();
  const note = (commit: string, seconds: number, timestamp_basis: 'commit' | 'note') => {
    const timestamp = timestampOfSeconds(seconds);
    if (timestamp !== undefined) times.set(commit, { timestamp, timestamp_basis });
  };
  for await (const commit of commitInfo(repository, new Set(plan.notes.map((planned) => planned.commit)))) {
    if ('missing' in commit) absent.add(commit.oid);
    else note(commit.oid, commit.committedAt, 'commit');
  }
  const refs = new Set(plan.notes.filter(({ commit }) => absent.has(commit)).map(({ ref }) => ref));
  for (const ref of refs) {
    const tip = plan.tips.get(ref);
    if (tip === undefined) continue;
    for (const [commit, seconds] of await noteTimes(repository, tip, absent)) {
      if (!times.has(commit)) note(commit, seconds, 'note');
    }
  }
  return times;
}

function received(): NoteContext['time'] {
  return { timestamp: normalizeTimestamp(new Date().toISOString())!, timestamp_basis: 'received' };
}

/**
 * The notes of one session name its author and its model now and then only. What one note told is filled in where another
 * is silent, so that the order of notes makes no amendments.
 */
function withWhatIsKnown(known: Map<string, Receipt>, receipt: Receipt): Receipt {
  const before = known.get(receipt.id);
  const person = (receipt.user_name ?? receipt.user_email) ? receipt : before;
  const model = receipt.model == null ? before : receipt;
  const filled = {
    ...receipt,
    user_name: person?.user_name ?? null,
    user_email: person?.user_email ?? null,
    model: model?.model ?? null,
    provider: model?.provider ?? receipt.provider ?? null,
  };
  known.set(receipt.id, { ...filled, attributions: [] });
  return filled;
}

function remember(
  spoken: Map<string, Spoken>,
  commit: string,
  source: string,
  { receipts, claims, counts = [] }: ParsedNote,
): void {
  const before: Spoken = spoken.get(commit) ?? {
    sources: new Set(),
    hasReceipts: false,
    claims: [],
    counts: new Map(),
  };
  before.sources.add(source);
  before.hasReceipts ||= receipts.length > 0;
  for (const claim of claims) before.claims.push(claim);
  if (counts.length > 0) before.counts.set(source, [...(before.counts.get(source) ?? []), ...counts]);
  spoken.set(commit, before);
}
