import type { BatchReply, Rejected, TypedBatch } from '../../shared/api/receipts.js';
import { fromBlamePrompt } from '../../shared/blameprompt-receipt.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import { findUnstorable } from '../../shared/text.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';
import { type Actor, type Deed, recordEvents } from '../audit/record.js';
import { pseudonymous } from '../data-subjects/arriving.js';
import { loadPseudonyms } from '../data-subjects/pseudonyms.js';
import type { Database } from '../db.js';
import { invalidBody, invalidQuery } from '../errors.js';
import { lockOrg } from '../orgs/lock.js';
import { type Changed, judgeBatch } from '../policies/judge-batch.js';
import { dropExpired } from '../retention/arriving.js';
import { limitsOf } from '../retention/limits.js';
import { foldOrg, manyWait } from '../rollups/fold.js';
import { findSettings } from '../settings/queries.js';
import { storageRules } from '../settings/storage-rules.js';
import { acceptCommits, acceptReceipts } from './check-items.js';
import { type CanonicalReceipt, storedReceipt } from './content.js';
import { upsertRepo } from './repos.js';
import { upsertAttributions } from './upsert-attributions.js';
import { upsertCommits } from './upsert-commits.js';
import { upsertReceipts } from './upsert-receipts.js';

/** Who sends. */
export interface Caller {
  orgId: string;
  actor: Actor;
}

interface Envelope {
  repo: TypedBatch['repo'];
  receipts?: unknown[] | null;
  commits?: unknown[] | null;
}

/**
 * Stores one batch in one transaction: valid items land, the others are refused one by one. Sending it again, or from
 * several clients at once, changes nothing. When no item at all is valid, that is an error of the request.
 */
export async function ingest(
  db: Database,
  { orgId, actor }: Caller,
  batch: Envelope,
  prefix = '/receipts',
): Promise<BatchReply> {
  const unstorable = findUnstorable(batch.repo, '/repo');
  if (unstorable !== undefined)
    throw invalidBody([{ in: 'body', pointer: unstorable, message: 'holds a NUL or half a surrogate pair' }]);
  const name = normalizeRepoName(batch.repo.name);
  if (name === undefined) throw invalidBody([{ in: 'body', pointer: '/repo/name', message: 'names no repository' }]);
  const sent = { receipts: batch.receipts ?? [], commits: batch.commits ?? [] };
  const rejected: Rejected[] = [];
  const receipts = acceptReceipts(sent.receipts, rejected, prefix);
  const commits = acceptCommits(sent.commits, rejected);
  if (rejected.length > 0 && receipts.length + commits.length === 0) {
    await db.withTenant(orgId, (sql) => recordEvents(sql, orgId, actor, [refusal(name, rejected)]));
    throw nothingAccepted(sent.receipts.length, rejected);
  }

  const places = once(() => new Map(sent.receipts.map((item, n) => [idOf(item), n])));

  const { mustFold, ...reply } = await db.withTenant(orgId, async (sql) => {
    await lockOrg(sql, orgId, 'shared');
    const settings = await findSettings(sql, orgId);
    const rules = storageRules(settings);
    const pseudonyms = await loadPseudonyms(sql, orgId);
    const expired: Rejected[] = [];
    const kept = dropExpired(receipts, limitsOf(settings, new Date()), ({ id }, fault) => {
      const index = places().get(id) ?? -1;
      expired.push({ kind: 'receipt', index, id, ...fault, pointer: `${prefix}/${index}` });
    });
    const { repoId, knowsPeople } = await upsertRepo(sql, orgId, { ...batch.repo, name });
    const scope = { orgId, repoId, team: pseudonymous(batch.repo.team ?? null, pseudonyms), knowsPeople, pseudonyms };
    const counts = { inserted: 0, duplicates: 0, amended: 0 };
    const attributions = { inserted: 0, duplicates: 0, amended: 0 };
    const amended = new Set<string>();
    const changed: Changed = { receipts: new Map(), commits: new Set() };
    // Almost always one round: further ones hold what the batch says again about the same ids.
    for (const canonical of rounds(pseudonymous(kept, pseudonyms))) {
      const round = canonical.map((receipt) => storedReceipt(receipt, rules));
      const stored = await upsertReceipts(sql, scope, round);
      const attributed = await upsertAttributions(sql, scope, round);
      const news = [...Object.values(stored), attributed.amendedReceipts, attributed.extendedReceipts];
      for (const { id, attributions: of } of round) {
        if (news.some((ids) => ids.has(id))) changed.receipts.set(id, [...(changed.receipts.get(id) ?? []), ...of]);
        if (stored.inserted.has(id)) counts.inserted++;
        else if (stored.amended.has(id) || attributed.amendedReceipts.has(id)) {
          counts.amended++;
          amended.add(id);
        } else counts.duplicates++;
      }
      attributions.inserted += attributed.inserted;
      attributions.duplicates += attributed.duplicates;
      attributions.amended += attributed.amended;
    }
    const { changed: changedCommits, ...facts } = await upsertCommits(sql, scope, commits);
    changed.commits = changedCommits;
    await recordEvents(sql, orgId, actor, [
      ...(amended.size > 0 ? [amendment(name, [...amended])] : []),
      ...(rejected.length > 0 ? [refusal(name, rejected)] : []),
    ]);
    return {
      received: sent.receipts.length,
      ...counts,
      rejected: [...rejected, ...expired],
      attributions,
      commits: { received: sent.commits.length, ...facts },
      violations: await judgeBatch(sql, { orgId, repoId, repo: name }, changed),
      mustFold: await manyWait(sql, orgId),
    };
  });
  // Whoever sends much takes part in folding it, so that what waits stays small however fast they send. What was sent is stored
  // in any case; a fault comes again for the server's folder, which logs it.
  if (mustFold) await foldOrg(db, orgId, { wait: false }).catch(() => {});
  return reply;
}

/** The bare array that the original client posts (formats.md, section 2). */
export async function ingestBlamePrompt(
  db: Database,
  caller: Caller,
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
  return ingest(db, caller, { repo: { name: query.repo }, receipts }, '');
}

/** Of an item that is a valid receipt. */
const idOf = (item: unknown) => (item as { id: string }).id?.toLowerCase();

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function* rounds(receipts: CanonicalReceipt[]): Generator<CanonicalReceipt[]> {
  let rest = receipts;
  while (rest.length > 0) {
    const round = new Map<string, CanonicalReceipt>();
    const later: CanonicalReceipt[] = [];
    for (const receipt of rest) {
      if (round.has(receipt.id)) later.push(receipt);
      else round.set(receipt.id, receipt);
    }
    yield [...round.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    rest = later;
  }
}

/** An event names this many items; the counts are of all. */
const NAMED_ITEMS = 100;

const amendment = (repo: string, ids: string[]): Deed => ({
  action: 'receipts.amended',
  target: { type: 'repo', id: repo },
  after: { count: ids.length, receipts: ids.slice(0, NAMED_ITEMS) },
});

const refusal = (repo: string, rejected: Rejected[]): Deed => ({
  action: 'receipts.rejected',
  target: { type: 'repo', id: repo },
  after: {
    count: rejected.length,
    items: rejected.slice(0, NAMED_ITEMS).map(({ kind, id, code, pointer }) => ({ kind, id, code, pointer })),
  },
});

function nothingAccepted(received: number, rejected: Rejected[]) {
  const faults = rejected.slice(0, 100).map(({ pointer, message }) => ({ in: 'body' as const, pointer, message }));
  return invalidBody(faults, { received, inserted: 0, duplicates: 0, amended: 0, rejected });
}
