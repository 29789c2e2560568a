import type { CommitFact, Receipt } from '../../../shared/api/receipts.js';
import { timeBound } from '../../../shared/validate.js';
import type { Settings } from '../../config/settings.js';
import { CliError } from '../../errors.js';
import type { Repository } from '../../git/repository.js';
import type { ProgressDisplay } from '../../sync/progress.js';
import type { SkippedRecord } from '../../sync/records.js';
import { syncRepository } from '../../sync/sync.js';

/** What a clone's notes and history say of a period: what a first sync would send. */
export interface LocalFacts {
  repo: string;
  /** Instants in RFC 3339; `to` is the first that is not part of it. */
  period: { from: string; to: string };
  /** By time and id. */
  receipts: Receipt[];
  /** Non-merge commits of the default branch since tracking start, by time and oid. */
  commits: CommitFact[];
  /** Every commit that is known, by oid. */
  byOid: ReadonlyMap<string, CommitFact>;
  skipped: SkippedRecord[];
  /** Receipts of which neither recorder nor commit tells a time: they are in no period. */
  withoutTime: number;
}

/** Reads a clone as a sync does, and keeps what it would send. Days are days in UTC; without them it is all there is. */
export async function collectLocal(
  repository: Repository,
  settings: Settings,
  display: ProgressDisplay,
  asked: { from?: string | undefined; to?: string | undefined },
): Promise<LocalFacts> {
  const receipts = new Map<string, Receipt>();
  const byOid = new Map<string, CommitFact>();
  const result = await syncRepository({
    ...{ repository, settings, display, cursorKey: undefined, full: true, dryRun: true },
    send: async (batch) => {
      for (const receipt of batch.receipts) {
        const known = receipts.get(receipt.id);
        if (known) known.attributions = [...(known.attributions ?? []), ...(receipt.attributions ?? [])];
        else receipts.set(receipt.id, receipt);
      }
      for (const commit of batch.commits) byOid.set(commit.commit, commit);
    },
  });
  const counted = [...byOid.values()].filter(({ on_default_branch, lines }) => on_default_branch && lines);
  const timed = [...receipts.values()].filter(({ timestamp_basis }) => timestamp_basis !== 'received');
  const period = findPeriod(asked, [
    ...timed.map(({ timestamp }) => timestamp),
    ...counted.map(({ committed_at }) => committed_at),
  ]);
  const within = (time: string) => time >= period.from && time < period.to;
  return {
    repo: result.repo,
    period,
    receipts: timed
      .filter(({ timestamp }) => within(timestamp))
      .sort((a, b) => order(a.timestamp, b.timestamp) || order(a.id, b.id)),
    commits: counted
      .filter(({ committed_at }) => within(committed_at))
      .sort((a, b) => order(a.committed_at, b.committed_at) || order(a.commit, b.commit)),
    byOid,
    withoutTime: receipts.size - timed.length,
    skipped: [...result.notes.skipped, ...result.notes.left_out],
  };
}

/** All times are of one form (shared/timestamp.ts), so that they sort as texts. */
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function findPeriod({ from, to }: { from?: string | undefined; to?: string | undefined }, times: string[]) {
  const days = times.map((time) => time.slice(0, 10)).sort(order);
  const bound = (text: string | undefined, side: 'from' | 'to') => {
    const found = timeBound(text ?? '1970-01-01', side);
    if (found === undefined) throw new CliError('invalid_period', `--${side} is no day and no timestamp.`);
    return found;
  };
  const period = { from: bound(from ?? days[0], 'from'), to: bound(to ?? days.at(-1), 'to') };
  if (period.from >= period.to) throw new CliError('invalid_period', '--to must not be before --from.');
  return period;
}
