import {
  type BatchReply,
  type FoundViolations,
  postReceipts,
  type Rejected,
  type TypedBatch,
} from '../../shared/api/receipts.js';
import { type ApiClient, ApiProblem } from '../api-client.js';

/** What became of everything that was sent. */
export interface Sent {
  receipts: { sent: number; inserted: number; duplicates: number; amended: number; rejected: number };
  commits: { sent: number; inserted: number; updated: number };
  rejections: Rejected[];
  /** What the org's policies found in what was new; `items` holds the first ones. */
  violations: FoundViolations;
  /** Commits that something belongs to which was refused and may yet be taken: the next sync tries them again. */
  refusedCommits: Set<string>;
}

export const nothingSent = (): Sent => ({
  receipts: { sent: 0, inserted: 0, duplicates: 0, amended: 0, rejected: 0 },
  commits: { sent: 0, inserted: 0, updated: 0 },
  rejections: [],
  violations: { warn: 0, block: 0, truncated: false, items: [] },
  refusedCommits: new Set(),
});

/** Of receipts that are too old to be kept: trying again changes nothing. */
const PAST_RETENTION = 'past_retention';

/** Violations that are listed; the server has all of them. */
const MAX_VIOLATIONS = 100;

/** Sends one batch and adds the outcome to `sent`. A batch that is too large for the server goes in halves. */
export async function sendBatch(client: ApiClient, batch: TypedBatch, sent: Sent): Promise<void> {
  try {
    add(sent, batch, await client.call(postReceipts, { body: batch }));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { status, rejected } = error.problem;
    const items = batch.receipts.length + batch.commits.length;
    if (status === 413 && items > 1) {
      for (const half of halves(batch)) await sendBatch(client, half, sent);
    } else if (status === 413) {
      add(sent, batch, refusedWhole(batch, 'too_large', error.message));
    } else if (status === 422 && Array.isArray(rejected)) {
      add(sent, batch, refusedWhole(batch, '', '', rejected as Rejected[]));
    } else throw error;
  }
}

function add(sent: Sent, batch: TypedBatch, reply: Omit<BatchReply, 'attributions'>): void {
  sent.receipts.sent += batch.receipts.length;
  sent.receipts.inserted += reply.inserted;
  sent.receipts.duplicates += reply.duplicates;
  sent.receipts.amended += reply.amended;
  sent.receipts.rejected += reply.rejected.filter(({ kind }) => kind === 'receipt').length;
  sent.commits.sent += batch.commits.length;
  sent.commits.inserted += reply.commits.inserted;
  sent.commits.updated += reply.commits.updated;
  sent.rejections.push(...reply.rejected);
  addViolations(sent.violations, reply.violations);
  for (const { kind, index, code } of reply.rejected) {
    if (code === PAST_RETENTION) continue;
    if (kind === 'commit') sent.refusedCommits.add(batch.commits[index]?.commit ?? '');
    else for (const { commit } of batch.receipts[index]?.attributions ?? []) sent.refusedCommits.add(commit ?? '');
  }
}

/** A server that is older than policies says nothing of them. */
function addViolations(sum: FoundViolations, found: FoundViolations | undefined): void {
  sum.warn += found?.warn ?? 0;
  sum.block += found?.block ?? 0;
  sum.truncated ||= found?.truncated ?? false;
  sum.items.push(...(found?.items ?? []).slice(0, MAX_VIOLATIONS - sum.items.length));
}

function* halves({ repo, receipts, commits }: TypedBatch): Generator<TypedBatch> {
  const half = (length: number) => Math.ceil(length / 2);
  yield { repo, receipts: receipts.slice(0, half(receipts.length)), commits: commits.slice(0, half(commits.length)) };
  yield { repo, receipts: receipts.slice(half(receipts.length)), commits: commits.slice(half(commits.length)) };
}

function refusedWhole(
  batch: TypedBatch,
  code: string,
  message: string,
  rejected?: Rejected[],
): Omit<BatchReply, 'attributions'> {
  const all = [
    ...batch.receipts.map(
      ({ id }, index): Rejected => ({ kind: 'receipt', index, id, code, message, pointer: `/receipts/${index}` }),
    ),
    ...batch.commits.map(
      ({ commit }, index): Rejected => ({
        kind: 'commit',
        index,
        id: commit,
        code,
        message,
        pointer: `/commits/${index}`,
      }),
    ),
  ];
  return {
    received: batch.receipts.length,
    inserted: 0,
    duplicates: 0,
    amended: 0,
    rejected: rejected ?? all,
    commits: { received: batch.commits.length, inserted: 0, updated: 0 },
    violations: { warn: 0, block: 0, truncated: false, items: [] },
  };
}
