import { MAX_ATTRIBUTIONS, MAX_PROMPT_SUMMARY } from '../limits.js';
import Type, { type Static } from '../schema.js';
import { Violation } from './policies.js';
import {
  Attribution,
  Count,
  endpoint,
  LineCount,
  Maybe,
  maybeAll,
  Name,
  Nullable,
  nullableAll,
  Oid,
  RepoName,
  Strict,
  Timestamp,
  Usd,
  Uuid,
} from './types.js';

export { Attribution };

/** Most receipts or commits one batch may hold; the CLI sends far fewer. */
export const MAX_BATCH_ITEMS = 10_000;

const Email = Type.String({ minLength: 1, maxLength: 320 });

export const CostBasis = Type.Enum(['recorded', 'estimated', 'unknown']);

/** Where a receipt's time comes from. Only a recorded time is content; of derived ones the earliest counts. */
export const TimestampBasis = Type.Enum(['recorded', 'commit', 'note', 'received']);

/** What a source may say of an interaction. All of it is optional: recorders differ. */
const described = {
  source: Name,
  tool: Name,
  provider: Name,
  model: Name,
  session_id: Name,
  user_name: Name,
  user_email: Email,
  prompt_summary: Type.String({ maxLength: MAX_PROMPT_SUMMARY }),
  prompt_hash: Name,
  message_count: Count,
  cost_usd: Usd,
  cost_basis: CostBasis,
  tokens_suspect: Type.Boolean({ description: 'written by a recorder that is known to have counted tokens wrong' }),
  input_tokens: Count,
  output_tokens: Count,
  cache_read_tokens: Count,
  cache_creation_tokens: Count,
  session_duration_secs: Count,
  total_additions: Count,
  total_deletions: Count,
  accepted_lines: Count,
  overridden_lines: Count,
};

export const Receipt = Strict(
  {
    id: Uuid,
    timestamp: Timestamp,
    timestamp_basis: Maybe(TimestampBasis),
    ...maybeAll(described),
    recorded_user_name: Maybe(Name),
    recorded_user_email: Maybe(
      Type.String({
        ...Email,
        description: 'the person as the recorder has it, where user_name and user_email are another by .mailmap',
      }),
    ),
    attributions: Maybe(Type.Array(Attribution, { maxItems: MAX_ATTRIBUTIONS })),
  },
  'One AI interaction. Its identity is the id; the same id with other content is an amendment.',
);
export type Receipt = Static<typeof Receipt>;

export const CommitFact = Strict(
  {
    commit: Oid,
    committed_at: Timestamp,
    author_name: Maybe(Name),
    author_email: Maybe(Email),
    author_is_bot: Maybe(Type.Boolean({ description: 'the account of a program; see shared/bots.ts' })),
    is_merge: Maybe(Type.Boolean()),
    on_default_branch: Type.Boolean(),
    rewritten_to: Maybe(
      Type.String({ ...Oid, description: 'of a commit that is not on the default branch: where its lines are there' }),
    ),
    sources: Maybe(
      Type.Array(Name, { maxItems: 20, description: 'note formats that speak of this commit; empty: none' }),
    ),
    has_receipts: Maybe(Type.Boolean()),
    lines: Maybe(Strict({ added: LineCount, deleted: LineCount, ai: LineCount, human: LineCount, unknown: LineCount })),
    ai_involved: Maybe(
      Type.Array(Strict({ tool: Maybe(Name), provider: Maybe(Name), model: Maybe(Name) }), {
        maxItems: 50,
        description: 'said to have taken part, by the commit message alone: no lines, no receipt',
      }),
    ),
    ai_by: Maybe(
      Type.Array(Strict({ tool: Maybe(Name), provider: Maybe(Name), model: Maybe(Name), lines: LineCount }), {
        maxItems: 500,
      }),
    ),
  },
  'Lines of one commit against its first parent. ai + human + unknown = added.',
);
export type CommitFact = Static<typeof CommitFact>;

/** The envelope is checked as a whole; receipts and commits are checked one by one, so that one bad item costs itself only. */
export const Batch = Strict({
  repo: Strict({
    name: RepoName,
    default_branch: Maybe(Name),
    team: Maybe(Name),
    tip_committed_at: Maybe(
      Type.String({
        ...Timestamp,
        description: "of the default branch's tip that the sender has: who people are is the latest sender's say",
      }),
    ),
  }),
  receipts: Maybe(Type.Array(Type.Unknown(), { maxItems: MAX_BATCH_ITEMS })),
  commits: Maybe(Type.Array(Type.Unknown(), { maxItems: MAX_BATCH_ITEMS })),
});

/** What a client builds: the envelope with its items typed. */
export interface TypedBatch {
  repo: Static<typeof Batch>['repo'];
  receipts: Receipt[];
  commits: CommitFact[];
}

export const Rejected = Strict({
  kind: Type.Enum(['receipt', 'commit']),
  index: Type.Integer({ description: 'position in receipts or commits' }),
  id: Nullable(Type.String({ description: 'receipt id or commit oid as sent' })),
  code: Type.String(),
  message: Type.String(),
  pointer: Type.String({ description: 'JSON Pointer into the request body' }),
});
export type Rejected = Static<typeof Rejected>;

/** What the org's policies found in what a batch changed; what was stored before is not judged again. Nothing is refused because of it. */
export const FoundViolations = Strict({
  warn: Count,
  block: Count,
  truncated: Type.Boolean({
    description: 'there are more than one batch may have; these are recorded, blocking ones first',
  }),
  items: Type.Array(Violation, { maxItems: 100, description: 'the first of them, blocking ones first' }),
});
export type FoundViolations = Static<typeof FoundViolations>;

export const BatchReply = Strict({
  received: Count,
  inserted: Count,
  duplicates: Count,
  amended: Count,
  rejected: Type.Array(Rejected),
  attributions: Strict({ inserted: Count, duplicates: Count, amended: Count }),
  commits: Strict({ received: Count, inserted: Count, updated: Count }),
  violations: FoundViolations,
});
export type BatchReply = Static<typeof BatchReply>;

export const postReceipts = endpoint({
  id: 'postReceipts',
  method: 'post',
  path: '/api/v1/receipts',
  summary: 'Send receipts and commit facts; what was seen before counts once',
  scope: 'receipts:write',
  checksItems: true,
  query: Strict({
    repo: Type.Optional(RepoName),
    commit: Type.Optional(Oid),
  }),
  body: Type.Union([
    Batch,
    Type.Array(Type.Unknown(), {
      maxItems: MAX_BATCH_ITEMS,
      description: 'BlamePrompt receipts as the recorder writes them; needs ?repo=',
    }),
  ]),
  reply: BatchReply,
});

const Day = Type.String({
  format: 'time-bound',
  maxLength: 40,
  description: 'a day (2026-02-14, UTC; as `to` it is included) or an RFC 3339 timestamp (as `to` it is excluded)',
});

/** The filters of receipts and analytics. */
export const filters = {
  repo: Type.Optional(RepoName),
  user: Type.Optional(Type.String({ minLength: 1, maxLength: 320, description: 'e-mail or name' })),
  model: Type.Optional(Name),
  provider: Type.Optional(Name),
  tool: Type.Optional(Name),
  team: Type.Optional(
    Type.String({ ...Name, description: 'slug of a team, or what senders named where there is none' }),
  ),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'part of a prompt summary, path, model, session or person',
    }),
  ),
};
export const Filters = Strict(filters);
export type Filters = Static<typeof Filters>;

export const ReceiptItem = Type.Object({
  id: Uuid,
  repo: Type.String(),
  commit_hash: Nullable(Oid),
  file_path: Nullable(Type.String()),
  line_start: Nullable(Type.Integer()),
  line_end: Nullable(Type.Integer()),
  timestamp: Timestamp,
  timestamp_basis: TimestampBasis,
  team: Nullable(Type.String({ description: 'slug of the team it counts for, else what the sender named' })),
  ...nullableAll(described),
  price_version: Nullable(Type.String({ description: 'price table of an estimated cost' })),
  revision: Type.Integer({ minimum: 1, description: '1 for the first content, one more for each amendment' }),
  synced_at: Timestamp,
  attributions: Type.Array(
    Type.Object({
      repo: Type.String(),
      commit: Nullable(Oid),
      now_at: Nullable(
        Type.String({ ...Oid, description: 'commit of the default branch that this one was rewritten into, if known' }),
      ),
      path: Nullable(Type.String()),
      lines: Nullable(Type.String()),
    }),
  ),
});
export type ReceiptItem = Static<typeof ReceiptItem>;

export const listReceipts = endpoint({
  id: 'listReceipts',
  method: 'get',
  path: '/api/v1/receipts',
  summary: 'Receipts, newest first',
  scope: 'receipts:read',
  query: Strict({
    ...filters,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'next_cursor of the page before' })),
  }),
  reply: Type.Object({
    receipts: Type.Array(ReceiptItem),
    next_cursor: Nullable(
      Type.String({
        description:
          'where to go on; null: there are no more. A search that finds little answers fewer receipts than limit, or none, after half a second: go on while this is not null',
      }),
    ),
  }),
});

export const getReceipt = endpoint({
  id: 'getReceipt',
  method: 'get',
  path: '/api/v1/receipts/:id',
  summary: 'One receipt with its earlier revisions',
  scope: 'receipts:read',
  reply: Type.Object({
    ...ReceiptItem.properties,
    revisions: Type.Array(Type.Object({ part: Type.String(), content: Type.Unknown(), superseded_at: Timestamp })),
  }),
});

/** What a clone needs to tell which commits have left the default branch unseen: those that the server counts there. */
export const listCountedCommits = endpoint({
  id: 'listCountedCommits',
  method: 'get',
  path: '/api/v1/commits',
  summary: 'Commits of a repository that are counted on its default branch, by oid',
  scope: 'receipts:write',
  query: Strict({
    repo: RepoName,
    after: Type.Optional(Type.String({ ...Oid, description: 'the last commit of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 10_000 })),
  }),
  reply: Type.Object({
    repo: Nullable(Type.String({ description: 'its normalised name; null: the org has none of that name' })),
    commits: Type.Array(Type.Object({ commit: Oid, committed_at: Timestamp })),
    tip_committed_at: Nullable(
      Type.String({ ...Timestamp, description: 'of the newest tip that anybody has sent from' }),
    ),
  }),
});
