import { isGitFailure } from './errors.js';
import type { Repository } from './repository.js';
import { changedFiles, listFiles, type TreeFile } from './tree-files.js';

/** A note: the object that holds its text, and the object it is about, which need not exist here. */
export interface Note {
  commit: string;
  blob: string;
}

/** The commit has no note any more. */
export interface RemovedNote {
  commit: string;
  /** The object that held its text. */
  removed: string;
}

/** Something in the notes tree that is no note of a commit. */
export interface NotANote {
  path: string;
  reason: string;
}

export type NoteEntry = Note | RemovedNote | NotANote;

/**
 * Every note of a notes tree, whatever its fan-out (`abcd…`, `ab/cd…`, `ab/cd/ef…`, mixed). `tip` is the commit of the
 * notes ref: pass its object name and not the ref, which may move meanwhile.
 *
 * With `since`, the tip of last time, only what changed since then, and what was removed. If that tip is gone (a forced
 * fetch, a pruned clone) it is everything again, so an entry can come more often than needed but is never left out; the
 * same holds when git changes the fan-out. A commit annotated under two fan-outs at once gives two entries: git reads
 * them as one note after the other, so both count.
 */
export async function* listNotes(repo: Repository, tip: string, since?: string): AsyncGenerator<NoteEntry> {
  if (since === tip) return;
  if (since !== undefined) {
    try {
      yield* changedNotes(repo, since, tip);
      return;
    } catch (error) {
      if (!isGitFailure(error)) throw error;
    }
  }
  yield* allNotes(repo, tip);
}

async function* allNotes(repo: Repository, tip: string): AsyncGenerator<NoteEntry> {
  for await (const files of listFiles(repo, tip)) for (const file of files) yield toEntry(repo, file);
}

/** A change of the fan-out is a removal and an addition of the same note: removals are told last, and only real ones. */
async function* changedNotes(repo: Repository, since: string, tip: string): AsyncGenerator<NoteEntry> {
  const removed = new Map<string, string>();
  const added = new Set<string>();
  for await (const files of changedFiles(repo, since, tip)) {
    for (const file of files) {
      const entry = toEntry(repo, file);
      if (!file.removed) yield entry;
      if (!('commit' in entry)) continue;
      if (file.removed) removed.set(entry.commit, entry.blob);
      else added.add(entry.commit);
    }
  }
  for (const [commit, blob] of removed) if (!added.has(commit)) yield { commit, removed: blob };
}

/** The path without its slashes is the annotated object's name, in the repository's own hash. */
function toEntry(repo: Repository, { path, blob }: TreeFile): Note | NotANote {
  const key = path.replaceAll('/', '').toLowerCase();
  const digits = repo.objectFormat === 'sha256' ? 64 : 40;
  if (key.length !== digits || !/^[0-9a-f]+$/.test(key)) return { path, reason: 'not the name of a commit' };
  return blob === undefined ? { path, reason: 'not a file' } : { commit: key, blob };
}
