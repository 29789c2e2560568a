import { isDeepStrictEqual } from 'node:util';
import type { Rejected, TypedBatch } from '../../shared/api/receipts.js';
import type { CloneSettings } from '../../shared/api/settings.js';
import type { Settings } from '../config/settings.js';
import type { Repository } from '../git/repository.js';
import { Batches } from './batches.js';
import { commitBeside, commitFact } from './commit-fact.js';
import { countCommits } from './count-commits.js';
import { leftUnseen, type ServerView } from './left-unseen.js';
import { nothingNew } from './nothing-new.js';
import { underOrg } from './org-settings.js';
import { openPeople } from './people.js';
import { planSettings, planSync } from './plan.js';
import type { ProgressDisplay } from './progress.js';
import { readRecords } from './read-records.js';
import { allRecords, type SkippedRecord } from './records.js';
import { repositoryName } from './repository-name.js';
import { Rewrites } from './rewrites.js';
import { nothingSent, type Sent } from './send.js';
import { type Cursor, readCursor, writeCursor } from './state.js';

/** The `--json` shape that scripts rely on (design.md). */
export interface SyncResult {
  repo: string;
  notes: { read: number; skipped: SkippedRecord[]; left_out: SkippedRecord[] };
  receipts: Sent['receipts'];
  commits: Sent['commits'] & { unreadable: { commit: string; reason: string }[] };
  rejections: Rejected[];
  violations: Sent['violations'];
  duration_ms: number;
}

export interface SyncOptions {
  repository: Repository;
  settings: Settings;
  /** Sends one batch and adds the outcome to `sent`. */
  send: (batch: TypedBatch, sent: Sent) => Promise<void>;
  /** Asks what the server counts on the repository's default branch; undefined: there is no server to ask. */
  askCounted?: (repo: string) => Promise<ServerView>;
  /** What the org enforces; undefined: the server was not asked, and what it last said holds. */
  org?: CloneSettings;
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
  const stored = cursorKey === undefined ? undefined : await readCursor(repository.commonDir, cursorKey);
  const org = options.org ?? stored?.org;
  const held = underOrg(settings, org);
  const { prompts, ignore, team, trailers, only } = held;
  const last = full ? undefined : stored;
  const plan = await planSync(repository, planSettings(name, held), last);
  // Taken before anything is read: what changes meanwhile is for the next sync.
  const memo = await options.memo?.(plan?.branch.name ?? last?.branch?.name ?? '');
  const remember = async (cursor: Cursor) => {
    if (dryRun || cursorKey === undefined) return;
    const known = cursor.pending.length === 0 && memo !== undefined ? { memo: { digest: memo, repo: name } } : {};
    await writeCursor(repository.commonDir, cursorKey, { ...cursor, ...known, ...(org && { org }) });
  };
  const sent = nothingSent();
  const duration = () => Math.round(performance.now() - started);
  if (!plan) {
    const isNews = (memo !== undefined && last?.memo?.digest !== memo) || !isDeepStrictEqual(last?.org, org);
    if (last && isNews) await remember(last);
    return nothingNew(name, duration());
  }

  const people = await openPeople(repository, plan.branch.tip, plan.mailmap);
  const repo = { name, default_branch: plan.branch.name, team: team ?? null, tip_committed_at: people.asOf };
  const batches = new Batches(repo, async (batch) => {
    await send(batch, sent);
    display.count('receiptsSent', batch.receipts.length);
  });
  display.count('notesTotal', allRecords(plan.records).length);
  display.count('commitsTotal', plan.commits.size);
  try {
    const { notes, spoken, pending } = await readRecords(repository, plan.places, plan.records, {
      name,
      prompts,
      only,
      isCounted: (commit) => plan.commits.has(commit) || plan.origins.has(commit),
      onReceipt: async (receipt) => batches.addReceipt(await people.ofReceipt(receipt)),
      onRecord: () => display.count('notesRead'),
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
    if (plan.mayHaveLost && options.askCounted) {
      const left = await leftUnseen(repository, plan.branch, people.asOf, await options.askCounted(name));
      for (const commit of left) await batches.addCommit({ ...commit, on_default_branch: false });
      await batches.finish();
    }
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
  { receipts, commits, rejections, violations }: Sent,
  notes: SyncResult['notes'],
  unreadable: SyncResult['commits']['unreadable'],
  duration_ms: number,
): SyncResult {
  return { repo, notes, receipts, commits: { ...commits, unreadable }, rejections, violations, duration_ms };
}
