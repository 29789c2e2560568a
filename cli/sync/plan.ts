import { createHash } from 'node:crypto';
import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import type { Settings } from '../config/settings.js';
import { type CommitInfo, commitInfo } from '../git/commits.js';
import { type Branch, findDefaultBranch } from '../git/default-branch.js';
import { lostCommits, reachable, walkHistory } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import type { Only } from '../sources/index.js';
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
import type { Cursor } from './state.js';

/** Whatever a sync has to read, and the cursor that holds once all of it was sent. */
export interface Plan {
  places: Places;
  records: Records;
  /** Commits of the default branch whose lines are to be counted. */
  commits: Map<string, CommitInfo>;
  /** Commits that left the default branch since the last sync (a forced push). */
  lost: CommitInfo[];
  branch: Branch;
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

/** Raise it when the same records give other receipts or facts than before: then every clone sends all of it anew. */
const READING_VERSION = 3;

/** Finds out what is new since the last complete sync; undefined when nothing is. Reads refs, trees and messages, no notes. */
export async function planSync(
  repository: Repository,
  settings: PlanSettings,
  last: Cursor | undefined,
): Promise<Plan | undefined> {
  const branch = await findDefaultBranch(repository, settings.defaultBranch);
  const places = await findPlaces(repository, branch, settings.only);
  const states = statesOf(places);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([READING_VERSION, settings]))
    .digest('hex')
    .slice(0, 16);
  const since = last?.settings === fingerprint ? last : undefined;
  if (since && isUnchanged(since, states, branch)) return undefined;

  const records = await listRecords(repository, places, settings.only);
  const changed = new Set(since?.pending);
  if (since) for (const key of await changedKeys(repository, places, records, readPlaces(since))) changed.add(key);
  const { tip } = branch;
  const { onBranch, start } =
    tip === undefined
      ? { onBranch: new Set<string>(), start: undefined }
      : await reachable(repository, tip, commitsOf(records));

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
  return {
    places,
    // A commit's lines rest on all that is said of it, so all is read where something is new.
    records: since === undefined ? records : pickRecords(records, (key) => changed.has(key) || commits.has(key)),
    commits,
    lost: known === undefined || tip === undefined ? [] : await leftBranch(repository, known, tip),
    branch,
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

async function leftBranch(repository: Repository, oldTip: string, newTip: string): Promise<CommitInfo[]> {
  const lost: CommitInfo[] = [];
  const oids = (await lostCommits(repository, oldTip, newTip)) ?? [];
  for await (const commit of commitInfo(repository, oids)) if (!('missing' in commit)) lost.push(commit);
  return lost;
}
