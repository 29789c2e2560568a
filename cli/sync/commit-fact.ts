import type { CommitFact } from '../../shared/api/receipts.js';
import { isBot } from '../../shared/bots.js';
import { toStorable, truncate } from '../../shared/text.js';
import { timestampOfSeconds } from '../../shared/timestamp.js';
import type { CommitInfo } from '../git/commits.js';
import type { CountedCommit } from './count-commits.js';
import type { Rewrite } from './rewrites.js';

/** For commits whose own time is damaged or absurd: they are kept, and fall out of every period. */
const EPOCH = '1970-01-01T00:00:00.000000Z';

const MAX_INVOLVED = 50;
const MAX_AI_BY = 500;

/** A counted commit as it is sent. */
export function commitFact({ commit, isMerge, said, lines, aiBy, involved }: CountedCommit): CommitFact {
  return {
    ...identity(commit),
    is_merge: isMerge,
    on_default_branch: true,
    sources: [...(said?.sources ?? [])],
    has_receipts: said?.hasReceipts ?? false,
    lines,
    ai_by: aiBy.slice(0, MAX_AI_BY),
    ai_involved: involved.slice(0, MAX_INVOLVED).map(({ tool, provider, model }) => ({ tool, provider, model })),
  };
}

/** A commit that is not on the default branch. What was counted of it stays, and counts no more. */
export function commitBeside({ from, to }: Rewrite): CommitFact {
  return {
    ...identity(from),
    is_merge: from.parents.length > 1,
    on_default_branch: false,
    ...(to && { rewritten_to: to.oid }),
  };
}

function identity(commit: CommitInfo) {
  return {
    commit: commit.oid,
    committed_at: timestampOfSeconds(commit.committedAt) ?? EPOCH,
    author_name: person(commit.authorName, 200),
    author_email: person(commit.authorEmail.toLowerCase(), 320),
    author_is_bot: isBot({ name: commit.authorName, email: commit.authorEmail }),
  };
}

function person(text: string, max: number): string | null {
  return truncate(toStorable(text), max).trim() || null;
}
