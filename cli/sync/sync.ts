import type { Rejected, TypedBatch } from '../../shared/api/receipts.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import type { Settings } from '../config/settings.js';
import { CliError } from '../errors.js';
import type { Repository } from '../git/repository.js';
import { Batches } from './batches.js';
import { commitBeside, commitFact } from './commit-fact.js';
import { countCommits } from './count-commits.js';
import { nothingNew } from './nothing-new.js';
import { openPeople } from './people.js';
import { planSync } from './plan.js';
import type { ProgressDisplay } from './progress.js';
import { readNotes, type SkippedNote } from './read-notes.js';
import { Rewrites } from './rewrites.js';
import { nothingSent, type Sent } from './send.js';
import { type Cursor, readCursor, writeCursor } from './state.js';

/** The `--json` shape that scripts rely on (design.md). */
export interface SyncResult {
  repo: string;
  notes: { read: number; skipped: SkippedNote[]; left_out: SkippedNote[] };
  receipts: Sent['receipts'];
  commits: Sent['commits'] & { unreadable: { commit: string; reason: string }[] };
  rejections: Rejected[];
  duration_ms: number;
}

export interface SyncOptions {
  repository: Repository;
  settings: Settings;
  /** Sends one batch and adds the outcome to `sent`. */
  send: (batch: TypedBatch, sent: Sent) => Promise<void>;
  /** Which cursor is the server's; undefined: none, everything is new. */
  cursorKey: string | undefined;
  display: ProgressDisplay;
  /** Read and send everything, whatever the cursor says. */
  full?: boolean;
  /** Leave the cursor where it is. */
  dryRun?: boolean;
  /** The digest of all that this sync depends on (memo.ts); undefined when flags take part, too. */
  memo?: ((branch: string) => Promise<string>) | undefined;
}

/** More pending commits than this are not remembered one by one; the rest shows up again when its notes change. */
const MAX_PENDING = 10_000;

/**
 * Reads what is new in a clone's notes and history and sends it. The cursor moves only when everything was sent, and the
 * server counts what it has seen once: a sync that breaks off, or several at once, can simply be repeated.
 */
export async function syncRepository(options: SyncOptions): Promise<SyncResult> {
  const { repository, settings, send, cursorKey, display, full, dryRun } = options;
  const started = performance.now();
  const name = repositoryName(repository, settings);
  const { prompts, ignore, defaultBranch, team, trailers } = settings;
  const stored = cursorKey === undefined ? undefined : await readCursor(repository.commonDir, cursorKey);
  const last = full ? undefined : stored;
  const plan = await planSync(repository, { repo: name, prompts, ignore, defaultBranch, team, trailers }, last);
  // Taken before anything is read: what changes meanwhile is for the next sync.
  const memo = await options.memo?.(plan?.branch.name ?? last?.branch?.name ?? '');
  const remember = async (cursor: Cursor) => {
    if (dryRun || cursorKey === undefined) return;
    const known = cursor.pending.length === 0 && memo !== undefined ? { memo: { digest: memo, repo: name } } : {};
    await writeCursor(repository.commonDir, cursorKey, { ...cursor, ...known });
  };
  const sent = nothingSent();
  const duration = () => Math.round(performance.now() - started);
  if (!plan) {
    if (last && memo !== undefined && last.memo?.digest !== memo) await remember(last);
    return nothingNew(name, duration());
  }

  const people = await openPeople(repository, plan.branch.tip, plan.mailmap);
  const repo = {
    name,
    default_branch: plan.branch.name,
    team: team ?? null,
    tip_committed_at: people.asOf,
  };
  const batches = new Batches(repo, async (batch) => {
    await send(batch, sent);
    display.count('receiptsSent', batch.receipts.length);
  });
  display.count('notesTotal', plan.notes.length);
  display.count('commitsTotal', plan.commits.size);
  try {
    const toRead = { ...plan, commits: new Set([...plan.commits.keys(), ...plan.origins.keys()]) };
    const { notes, spoken, pending } = await readNotes(repository, toRead, {
      name,
      prompts,
      onReceipt: async (receipt) => batches.addReceipt(await people.ofReceipt(receipt)),
      onNote: () => display.count('notesRead'),
    });
    const unreadable: SyncResult['commits']['unreadable'] = [];
    const rewrites = new Rewrites(plan.lost);
    for await (const counted of countCommits(repository, plan.commits, spoken, {
      tip: plan.branch.tip ?? '',
      ignore,
      trailers,
      origins: plan.origins,
    })) {
      display.count('commitsRead');
      for (const origin of counted.origins) rewrites.add(origin, counted.commit);
      if (counted.reason !== undefined) unreadable.push({ commit: counted.commit.oid, reason: counted.reason });
      await batches.addCommit(await people.ofCommit(commitFact(counted)));
    }
    for (const rewrite of rewrites.and(plan.moved))
      await batches.addCommit(await people.ofCommit(commitBeside(rewrite)));
    await batches.finish();
    await remember({
      ...plan.cursor,
      pending: [...new Set([...pending, ...sent.refusedCommits])].slice(0, MAX_PENDING),
    });
    return result(name, sent, notes, unreadable, duration());
  } finally {
    display.end();
    await people.close();
  }
}

function result(
  repo: string,
  { receipts, commits, rejections }: Sent,
  notes: SyncResult['notes'],
  unreadable: SyncResult['commits']['unreadable'],
  duration_ms: number,
): SyncResult {
  return { repo, notes, receipts, commits: { ...commits, unreadable }, rejections, duration_ms };
}

/** The configured name, else the remote's, else the folder's. */
export function repositoryName(repository: Repository, settings: Settings): string {
  const name = settings.repo === undefined ? repository.name : normalizeRepoName(settings.repo);
  if (name === undefined) {
    throw new CliError(
      'no_repo_name',
      `"${settings.repo}" is no name for a repository. Set enterprise.repo to something like github.com/acme/app.`,
    );
  }
  return name;
}
