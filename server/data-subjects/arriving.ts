import type { CommitFact } from '../../shared/api/receipts.js';
import type { CanonicalReceipt } from '../receipts/content.js';
import type { Pseudonyms } from './pseudonyms.js';
import { scrub } from './scrub.js';

/**
 * Receipts as they are stored when their people may have been erased: clones keep the names and send them again. The content hash
 * stays that of what was sent, so that the same content is recognised.
 */
export const scrubReceipts = (receipts: CanonicalReceipt[], pseudonyms: Pseudonyms | undefined): CanonicalReceipt[] =>
  pseudonyms ? receipts.map((receipt) => scrub(receipt, pseudonyms)) : receipts;

export const scrubCommits = (commits: CommitFact[], pseudonyms: Pseudonyms | undefined): CommitFact[] =>
  pseudonyms ? commits.map((commit) => scrub(commit, pseudonyms)) : commits;
