import { GitError } from './errors.js';
import { readGit } from './process.js';
import { NUL, records } from './records.js';
import type { Repository } from './repository.js';

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
      if (!(error instanceof GitError && error.code === 'git-failed')) throw error;
    }
  }
  yield* allNotes(repo, tip);
}

/**
 *     100644 blob 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1\tab/cdef0123…\0
 */
async function* allNotes(repo: Repository, tip: string): AsyncGenerator<NoteEntry> {
  for await (const batch of records(readGit(repo, ['ls-tree', '-r', '-z', '--full-tree', tip]), NUL)) {
    for (const record of batch) {
      const tab = record.indexOf(0x09);
      const [, type = '', oid = ''] = record.toString('latin1', 0, tab).split(' ');
      yield toEntry(repo, record.toString('utf8', tab + 1), type === 'blob' ? oid : undefined);
    }
  }
}

/**
 *     :000000 100644 0000000000000000000000000000000000000000 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1 A\0ab/cdef0123…\0
 *
 * A change of the fan-out is a removal and an addition of the same note, so removals are told last, and only of those
 * that were not added elsewhere.
 */
async function* changedNotes(repo: Repository, since: string, tip: string): AsyncGenerator<NoteEntry> {
  const removed = new Map<string, string>();
  const added = new Set<string>();
  let header: string | undefined;
  for await (const batch of records(readGit(repo, ['diff-tree', '-r', '-z', '--no-renames', since, tip]), NUL)) {
    for (const record of batch) {
      if (header === undefined) {
        header = record.toString('latin1');
        continue;
      }
      const [, mode = '', old = '', oid = '', status] = header.split(' ');
      header = undefined;
      const entry = toEntry(repo, record.toString('utf8'), mode === '160000' ? undefined : oid);
      if (!('commit' in entry)) {
        if (status !== 'D') yield entry;
      } else if (status === 'D') {
        removed.set(entry.commit, old);
      } else {
        added.add(entry.commit);
        yield entry;
      }
    }
  }
  for (const [commit, blob] of removed) if (!added.has(commit)) yield { commit, removed: blob };
}

/** The path without its slashes is the annotated object's name, in the repository's own hash. */
function toEntry(repo: Repository, path: string, blob: string | undefined): Note | NotANote {
  const key = path.replaceAll('/', '').toLowerCase();
  const digits = repo.objectFormat === 'sha256' ? 64 : 40;
  if (key.length !== digits || !/^[0-9a-f]+$/.test(key)) return { path, reason: 'not the name of a commit' };
  return blob === undefined ? { path, reason: 'not a file' } : { commit: key, blob };
}
