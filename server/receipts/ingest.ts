import type { BatchReply, Rejected, TypedBatch } from '../../shared/api/receipts.js';
import { fromBlamePrompt } from '../../shared/blameprompt-receipt.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import { findUnstorable } from '../../shared/text.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';
import type { Database, Sql } from '../db.js';
import { invalidBody, invalidQuery } from '../errors.js';
import { acceptCommits, acceptReceipts } from './check-items.js';
import type { StoredReceipt } from './content.js';
import { instant } from './filters.js';
import { upsertAttributions } from './upsert-attributions.js';
import { upsertCommits } from './upsert-commits.js';
import { upsertReceipts } from './upsert-receipts.js';

interface Envelope {
  repo: TypedBatch['repo'];
  receipts?: unknown[] | null;
  commits?: unknown[] | null;
}

/**
 * Stores one batch in one transaction: valid items land, the others are refused one by one. Sending it again, or from
 * several clients at once, changes nothing. When no item at all is valid, that is an error of the request.
 */
export async function ingest(db: Database, orgId: string, batch: Envelope, prefix = '/receipts'): Promise<BatchReply> {
  const unstorable = findUnstorable(batch.repo, '/repo');
  if (unstorable !== undefined)
    throw invalidBody([{ in: 'body', pointer: unstorable, message: 'holds a NUL or half a surrogate pair' }]);
  const name = normalizeRepoName(batch.repo.name);
  if (name === undefined) throw invalidBody([{ in: 'body', pointer: '/repo/name', message: 'names no repository' }]);
  const sent = { receipts: batch.receipts ?? [], commits: batch.commits ?? [] };
  const rejected: Rejected[] = [];
  const receipts = acceptReceipts(sent.receipts, rejected, prefix);
  const commits = acceptCommits(sent.commits, rejected);
  if (rejected.length > 0 && receipts.length + commits.length === 0)
    throw nothingAccepted(sent.receipts.length, rejected);

  return db.withTenant(orgId, async (sql) => {
    const { repoId, knowsPeople } = await upsertRepo(sql, orgId, { ...batch.repo, name });
    const scope = { orgId, repoId, team: batch.repo.team ?? null, knowsPeople };
    const counts = { inserted: 0, duplicates: 0, amended: 0 };
    const attributions = { inserted: 0, duplicates: 0, amended: 0 };
    // Almost always one round: further ones hold what the batch says again about the same ids.
    for (const round of rounds(receipts)) {
      const stored = await upsertReceipts(sql, scope, round);
      const attributed = await upsertAttributions(sql, scope, round);
      for (const { id } of round) {
        if (stored.inserted.has(id)) counts.inserted++;
        else if (stored.amended.has(id) || attributed.amendedReceipts.has(id)) counts.amended++;
        else counts.duplicates++;
      }
      attributions.inserted += attributed.inserted;
      attributions.duplicates += attributed.duplicates;
      attributions.amended += attributed.amended;
    }
    const facts = await upsertCommits(sql, scope, commits);
    return {
      received: sent.receipts.length,
      ...counts,
      rejected,
      attributions,
      commits: { received: sent.commits.length, ...facts },
    };
  });
}

/** The bare array that the original client posts (formats.md, section 2). */
export async function ingestBlamePrompt(
  db: Database,
  orgId: string,
  items: unknown[],
  query: { repo?: string | undefined; commit?: string | undefined },
): Promise<BatchReply> {
  if (query.repo === undefined) {
    throw invalidQuery([{ in: 'query', pointer: '/repo', message: 'is required with a bare array of receipts' }]);
  }
  const now = normalizeTimestamp(new Date().toISOString())!;
  const receipts = items.map((item) => {
    const receipt = fromBlamePrompt(item, query.commit ?? null, {
      prompts: 'summary',
      fallbackTime: () => ({ timestamp: now, timestamp_basis: 'received' }),
    });
    return 'reason' in receipt ? item : receipt; // what is no receipt is refused by the schema, with its place
  });
  return ingest(db, orgId, { repo: { name: query.repo }, receipts }, '');
}

function* rounds(receipts: StoredReceipt[]): Generator<StoredReceipt[]> {
  let rest = receipts;
  while (rest.length > 0) {
    const round = new Map<string, StoredReceipt>();
    const later: StoredReceipt[] = [];
    for (const receipt of rest) {
      if (round.has(receipt.id)) later.push(receipt);
      else round.set(receipt.id, receipt);
    }
    yield [...round.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    rest = later;
  }
}

/**
 * Finds or makes the repository. `knowsPeople`: nobody sent from a newer tip of the default branch, so this sender's
 * `.mailmap` says who people are. A tip from the future counts as of now.
 */
async function upsertRepo(
  sql: Sql,
  orgId: string,
  { name, default_branch = null, tip_committed_at = null }: TypedBatch['repo'],
): Promise<{ repoId: string; knowsPeople: boolean }> {
  const tip =
    tip_committed_at === null
      ? sql`null::timestamptz`
      : sql`least(${instant(sql, normalizeTimestamp(tip_committed_at)!)}, now())`;
  const find = () => sql<{ id: string; knows_people: boolean; is_known: boolean }[]>`
    select id, coalesce(${tip} >= coalesce(tip_committed_at, '-infinity'), false) as knows_people,
      default_branch is not distinct from coalesce(${default_branch}, default_branch)
        and coalesce(${tip} <= tip_committed_at, ${tip} is null) as is_known
    from repos where org_id = ${orgId} and name = ${name}
  `;
  let [repo] = await find();
  if (!repo) {
    await sql`
      insert into repos (org_id, id, name) values (${orgId}, ${crypto.randomUUID()}, ${name})
      on conflict (org_id, name) do nothing
    `;
    [repo] = await find();
  }
  if (!repo!.is_known) {
    await sql`
      update repos set default_branch = coalesce(${default_branch}, default_branch), tip_committed_at = greatest(tip_committed_at, ${tip})
      where org_id = ${orgId} and id = ${repo!.id}
    `;
  }
  return { repoId: repo!.id, knowsPeople: repo!.knows_people };
}

function nothingAccepted(received: number, rejected: Rejected[]) {
  const faults = rejected.slice(0, 100).map(({ pointer, message }) => ({ in: 'body' as const, pointer, message }));
  return invalidBody(faults, { received, inserted: 0, duplicates: 0, amended: 0, rejected });
}
