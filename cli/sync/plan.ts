import { createHash } from 'node:crypto';
import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import type { Settings } from '../config/settings.js';
import { type CommitInfo, commitInfo } from '../git/commits.js';
import { type Branch, findDefaultBranch } from '../git/default-branch.js';
import { lostCommits, reachable, walkHistory } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import type { Only } from '../sources/index.js';
import { findMoved } from './find-moved.js';
import { findRewritten, type Origin } from './find-rewritten.js';
import { findMailmap } from './people.js';
import {
  changedKeys,
  commitsOf,
  findPlaces,
  listRecords,
  type Places,
  pickRecords,
  type Records,
  statesOf,
} from './records.js';
import type { Rewrite } from './rewrites.js';
import type { Cursor } from './state.js';

/** Whatever a sync has to read, and the cursor that holds once all of it was sent. */
export interface Plan {
  places: Places;
  records: Records;
  /** Commits of the default branch whose lines are to be counted. */
  commits: Map<string, CommitInfo>;
  /** Commits that left the default branch since the last sync (a forced push). */
  lost: CommitInfo[];
  /** Commits beside the branch that counted ones may have been made from: what is said of these is read, too. */
  origins: Map<string, Origin>;
  /** Commits whose notes moved to a commit of the branch since the last sync. */
  moved: Rewrite[];
  branch: Branch;
  /** Whether commits may have left the branch that this clone cannot name: it has not seen them, or has them no more. */
  mayHaveLost: boolean;
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
  only: Only;
}

/** The settings that decide what is sent. */
export function planSettings(repo: string, settings: Settings): PlanSettings {
  const { prompts, ignore, defaultBranch, team, trailers, only } = settings;
  return { repo, prompts, ignore, defaultBranch, team, trailers, only };
}

/**
 * Raise it when the same records give other receipts or facts than before: then every clone sends all of it anew. Raise
 * MEMO_VERSION with it.
 */
const READING_VERSION = 4;

/** Finds out what is new since the last complete sync; undefined when nothing is. Reads refs, trees and messages, no notes. */
export async function planSync(
  repository: Repository,
  settings: PlanSettings,
  last: Cursor | undefined,
): Promise<Plan | undefined> {
  const branch = await findDefaultBranch(repository, settings.defaultBranch);
  const places = await findPlaces(repository, branch, settings.only);
  const states = statesOf(places);
  const mailmap = await findMailmap(repository, branch.tip);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([READING_VERSION, settings, mailmap]))
    .digest('hex')
    .slice(0, 16);
  const since = last?.settings === fingerprint ? last : undefined;
  if (since && isUnchanged(since, states, branch)) return undefined;

  const records = await listRecords(repository, places, settings.only);
  const news = since && (await changedKeys(repository, places, records, readPlaces(since)));
  const changed = new Set([...(since?.pending ?? []), ...(news?.changed ?? [])]);
  const { tip } = branch;
  const recorded = commitsOf(records);
  const { onBranch, start } = await reachable(repository, tip, recorded);

  const sameHistory = since?.branch?.name === branch.name && since.start === (start?.oid ?? null);
  const known = sameHistory ? since.branch!.tip : undefined;
  const commits = new Map<string, CommitInfo>();
  if (tip !== undefined && start !== undefined) {
    const range = { tip, start, ...(known !== undefined && { exclude: [known] }) };
    for await (const commit of walkHistory(repository, range)) commits.set(commit.oid, commit);
    // Records changed of commits that were counted before: count these again.
    const recount = [...changed].filter((oid) => onBranch.has(oid) && !commits.has(oid));
    for await (const commit of commitInfo(repository, recount))
      if (!('missing' in commit)) commits.set(commit.oid, commit);
  }
  // Whatever else changed since the last sync, and be it the settings: what was on the branch then may be so no more.
  const before = last?.branch?.name === branch.name ? last.branch.tip : tip;
  const left = before === undefined || tip === undefined ? [] : await leftBranch(repository, before, tip);
  const lost = left ?? [];
  const fresh = new Set([...changed, ...lost.map(({ oid }) => oid)]);
  const { origins, recount } = await findRewritten(repository, {
    beside: [...recorded].filter((oid) => !onBranch.has(oid)),
    commits,
    ...(known !== undefined && tip !== undefined && start && { fresh: { commits: fresh, range: { tip, start } } }),
  });
  for (const commit of recount) commits.set(commit.oid, commit);
  const removed = news?.removed ?? new Map();
  const isRead = (key: string) => changed.has(key) || commits.has(key) || origins.has(key);
  return {
    places,
    // A commit's lines rest on all that is said of it, so all is read where something is new.
    records: since === undefined ? records : pickRecords(records, isRead),
    commits,
    lost,
    origins,
    moved: await findMoved(repository, { tip, removed, notes: records.notes, onBranch }),
    branch,
    mayHaveLost: last === undefined || left === undefined,
    mailmap,
    cursor: {
      refs: states,
      branch: tip === undefined ? null : { name: branch.name, tip },
      start: start?.oid ?? null,
      settings: fingerprint,
      pending: [],
    },
  };
}

function isUnchanged(last: Cursor, states: Record<string, string>, branch: Branch): boolean {
  const names = Object.keys(states);
  return (
    last.pending.length === 0 &&
    last.branch?.tip === branch.tip &&
    (last.branch === null || last.branch.name === branch.name) &&
    names.length === Object.keys(last.refs).length &&
    names.every((name) => last.refs[name] === states[name])
  );
}

/** Where the places were when they were read; one that could not be read is as new. */
function readPlaces({ refs, pending }: Cursor): Record<string, string> {
  return Object.fromEntries(Object.entries(refs).filter(([name]) => !pending.includes(name)));
}

/** Undefined when the old tip is gone. */
async function leftBranch(repository: Repository, oldTip: string, newTip: string): Promise<CommitInfo[] | undefined> {
  const lost: CommitInfo[] = [];
  if (oldTip === newTip) return lost;
  const oids = await lostCommits(repository, oldTip, newTip);
  if (oids === undefined) return undefined;
  for await (const commit of commitInfo(repository, oids)) if (!('missing' in commit)) lost.push(commit);
  return lost;
}
