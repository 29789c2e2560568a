import { createHash } from 'node:crypto';
import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import { type CommitInfo, commitInfo } from '../git/commits.js';
import { type Branch, findDefaultBranch } from '../git/default-branch.js';
import { lostCommits, reachable, walkHistory } from '../git/history.js';
import { listNotes } from '../git/notes.js';
import type { Repository } from '../git/repository.js';
import { findRootFile } from '../git/root-file.js';
import { findMoved } from './find-moved.js';
import { findRewritten, type Origin } from './find-rewritten.js';
import { listNotesRefs, type NotesRef } from './notes-refs.js';
import type { Rewrite } from './rewrites.js';
import type { Cursor } from './state.js';

export interface PlannedNote {
  ref: string;
  commit: string;
  blob: string;
}

/** Whatever a sync has to read, and the cursor that holds once all of it was sent. */
export interface Plan {
  notes: PlannedNote[];
  /** Tip of each notes ref that has a history. */
  tips: Map<string, string>;
  /** Entries of notes trees that are no notes. */
  skipped: { ref: string; commit: string; reason: string }[];
  /** Commits of the default branch whose lines are to be counted. */
  commits: Map<string, CommitInfo>;
  /** Commits that left the default branch since the last sync (a forced push). */
  lost: CommitInfo[];
  /** Annotated commits beside the branch that counted ones may have been made from: their notes are read, too. */
  origins: Map<string, Origin>;
  /** Commits whose notes moved to a commit of the branch since the last sync. */
  moved: Rewrite[];
  branch: Branch;
  /** The object of the tip's `.mailmap`. */
  mailmap: string | undefined;
  cursor: Cursor;
}

export interface PlanSettings {
  repo: string;
  prompts: PromptMode;
  ignore: string[];
  defaultBranch: string | undefined;
  team: string | undefined;
  trailers: boolean;
}

/**
 * Raise it when the same notes give other receipts or facts than before: then every clone sends all of it anew. Raise
 * MEMO_VERSION with it.
 */
const READING_VERSION = 3;

/** Finds out what is new since the last complete sync; undefined when nothing is. Reads refs and trees, no notes. */
export async function planSync(
  repository: Repository,
  settings: PlanSettings,
  last: Cursor | undefined,
): Promise<Plan | undefined> {
  const refs = await listNotesRefs(repository);
  const branch = await findDefaultBranch(repository, settings.defaultBranch);
  const mailmap = branch.tip === undefined ? undefined : await findRootFile(repository, branch.tip, '.mailmap');
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([READING_VERSION, settings, mailmap]))
    .digest('hex')
    .slice(0, 16);
  const since = last?.settings === fingerprint ? last : undefined;
  if (since && isUnchanged(since, refs, branch)) return undefined;

  const listed = await listAllNotes(repository, refs);
  const { changed, removed } = await changedCommits(repository, refs, since);
  const annotated = new Set(listed.notes.map(({ commit }) => commit));
  const { tip } = branch;
  const { onBranch, start } = await reachable(repository, tip, annotated);

  const sameHistory = since?.branch?.name === branch.name && since.start === (start?.oid ?? null);
  const known = sameHistory ? since.branch!.tip : undefined;
  const commits = new Map<string, CommitInfo>();
  if (tip !== undefined && start !== undefined) {
    const range = { tip, start, ...(known !== undefined && { exclude: [known] }) };
    for await (const commit of walkHistory(repository, range)) commits.set(commit.oid, commit);
    // Notes changed on commits that were counted before: count these again.
    const recount = [...changed].filter((oid) => onBranch.has(oid) && !commits.has(oid));
    for await (const commit of commitInfo(repository, recount))
      if (!('missing' in commit)) commits.set(commit.oid, commit);
  }
  // Whatever else changed since the last sync, and be it the settings: what was on the branch then may be so no more.
  const before = last?.branch?.name === branch.name ? last.branch.tip : tip;
  const lost = before === undefined || tip === undefined ? [] : await leftBranch(repository, before, tip);
  const fresh = new Set([...changed, ...lost.map(({ oid }) => oid)]);
  const { origins, recount } = await findRewritten(repository, {
    beside: [...annotated].filter((oid) => !onBranch.has(oid)),
    commits,
    ...(known !== undefined && tip !== undefined && start && { fresh: { commits: fresh, range: { tip, start } } }),
  });
  for (const commit of recount) commits.set(commit.oid, commit);
  const isRead = (commit: string) => changed.has(commit) || commits.has(commit) || origins.has(commit);
  return {
    // A commit's lines rest on all its notes, so all are read where one is new.
    notes: listed.notes.filter(({ commit }) => since === undefined || isRead(commit)),
    tips: tipsOf(refs),
    skipped: listed.skipped,
    commits,
    lost,
    origins,
    moved: await findMoved(repository, { tip, removed, notes: listed.notes, onBranch }),
    branch,
    mailmap,
    cursor: {
      refs: Object.fromEntries(refs.map(({ name, oid }) => [name, oid])),
      branch: tip === undefined ? null : { name: branch.name, tip },
      start: start?.oid ?? null,
      settings: fingerprint,
      pending: [],
    },
  };
}

function isUnchanged(last: Cursor, refs: NotesRef[], branch: Branch): boolean {
  return (
    last.pending.length === 0 &&
    last.branch?.tip === branch.tip &&
    (last.branch === null || last.branch.name === branch.name) &&
    refs.length === Object.keys(last.refs).length &&
    refs.every(({ name, oid }) => last.refs[name] === oid)
  );
}

/**
 * Every note of the refs, and the entries of their trees that are none. The same note under two refs (the user's own and
 * the one we fetched) is one note.
 */
export async function listAllNotes(repository: Repository, refs: NotesRef[]): Promise<Pick<Plan, 'notes' | 'skipped'>> {
  const notes: PlannedNote[] = [];
  const skipped: Plan['skipped'] = [];
  const seen = new Set<string>();
  for (const { name: ref, oid, notes: single } of refs) {
    for await (const entry of single ?? listNotes(repository, oid)) {
      if ('blob' in entry) {
        const key = entry.commit + entry.blob;
        if (!seen.has(key)) notes.push({ ref, ...entry });
        seen.add(key);
      }
      if ('path' in entry) skipped.push({ ref, commit: entry.path, reason: entry.reason });
    }
  }
  return { notes, skipped };
}

/** Tips of the refs that have a history, which tells when their notes were written. */
export function tipsOf(refs: NotesRef[]): Map<string, string> {
  return new Map(refs.flatMap(({ name, oid, notes }) => (notes ? [] : [[name, oid] as const])));
}

/**
 * Commits with a note that is new, changed or gone since the last sync, and those that are still pending; of notes that are
 * gone, the object that held the text.
 */
async function changedCommits(
  repository: Repository,
  refs: NotesRef[],
  since: Cursor | undefined,
): Promise<{ changed: Set<string>; removed: Map<string, string> }> {
  const changed = new Set(since?.pending ?? []);
  const removed = new Map<string, string>();
  if (!since) return { changed, removed };
  for (const { name, oid, notes } of refs) {
    if (since.refs[name] === oid) continue;
    for await (const entry of notes ?? listNotes(repository, oid, since.refs[name])) {
      if ('commit' in entry) changed.add(entry.commit);
      if ('removed' in entry) removed.set(entry.commit, entry.removed);
    }
  }
  return { changed, removed };
}

async function leftBranch(repository: Repository, oldTip: string, newTip: string): Promise<CommitInfo[]> {
  const lost: CommitInfo[] = [];
  if (oldTip === newTip) return lost;
  const oids = (await lostCommits(repository, oldTip, newTip)) ?? [];
  for await (const commit of commitInfo(repository, oids)) if (!('missing' in commit)) lost.push(commit);
  return lost;
}
