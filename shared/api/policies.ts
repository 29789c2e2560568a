import Type, { type Static } from '../schema.js';
import { Attribution, LineCount, Maybe, maybeAll, Name, Nullable, Oid, Strict, Timestamp, Usd, Uuid } from './types.js';

/** Bounds of what a policy may hold; what is evaluated against it is bounded by the batch (limits.ts). */
export const MAX_POLICIES = 500;
/** Of the JSON of all policies that something is judged by at once. */
export const MAX_POLICY_BYTES = 1_000_000;
const MAX_PATTERNS = 200;

const Pattern = Type.String({
  minLength: 1,
  maxLength: 300,
  description: '* stands for any text, ? for one character',
});
const Patterns = Type.Array(Pattern, { minItems: 1, maxItems: MAX_PATTERNS });
const Percentage = Type.Number({ minimum: 0, maximum: 100 });

/** Whose cost is summed: everybody's in the policy's scope together, or each person's, team's or repository's by itself. */
const Per = Type.Optional(
  Type.Enum(['scope', 'person', 'team', 'repo'], { description: 'scope where nothing is said' }),
);

/** Every rule by its name. A policy's `rule` holds exactly one of them. */
export const RULES = {
  max_cost_per_day: Strict({ max_cost_per_day: Usd, per: Per }, 'US dollars a day, UTC'),
  max_cost_per_month: Strict({ max_cost_per_month: Usd, per: Per }, 'US dollars a calendar month, UTC'),
  allowed_models: Strict({ allowed_models: Patterns }, 'names, families or globs: any other model is a violation'),
  blocked_models: Strict({ blocked_models: Patterns }, 'names, families or globs'),
  allowed_providers: Strict({ allowed_providers: Patterns }),
  blocked_providers: Strict({ blocked_providers: Patterns }),
  require_review_above: Strict({ require_review_above: LineCount }, 'AI lines in one change'),
  max_ai_percentage: Strict({ max_ai_percentage: Percentage }, 'AI lines of a repository, of 100 added'),
  require_receipts: Strict(
    { require_receipts: Percentage },
    'of 100 commits whose message says that AI took part, how many must have receipts',
  ),
  forbidden_paths: Strict({ forbidden_paths: Patterns }, 'no AI lines in files of these globs, as in .gitignore'),
  when: Strict(
    { when: Type.String({ minLength: 1, maxLength: 2000 }) },
    'a CEL expression over receipt, commit, repo and teams; true is a violation',
  ),
};
export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as RuleName[];

export const Rule = Type.Union(Object.values(RULES));
export type Rule = { [K in RuleName]: Static<(typeof RULES)[K]> }[RuleName];

/** Where a policy holds: in all of the org where neither is said. */
export const PolicyScope = Strict({
  teams: Type.Optional(Type.Array(Name, { maxItems: 100, description: 'slugs' })),
  repos: Type.Optional(Type.Array(Pattern, { maxItems: 100, description: 'names such as git.example.com/acme/*' })),
});
export type PolicyScope = Static<typeof PolicyScope>;

/** What a policy does not hold for, who decided that, and until when. */
export const Exemption = Strict({
  id: Type.Optional(Uuid),
  reason: Type.String({ minLength: 1, maxLength: 1000 }),
  approver: Type.String({ minLength: 1, maxLength: 320 }),
  expires_at: Timestamp,
  repos: Type.Optional(Patterns),
  people: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 320 }), { maxItems: 500 })),
  paths: Type.Optional(Patterns),
  commits: Type.Optional(Type.Array(Oid, { maxItems: 500 })),
});
export type Exemption = Static<typeof Exemption>;

/** What a person decides about a policy; the same in a request, in a policy file and in the bundle for hooks. */
export const policyFields = {
  name: Name,
  description: Maybe(Type.String({ maxLength: 2000 })),
  rule: Rule,
  action: Type.Enum(['warn', 'block'], { default: 'warn' }),
  enabled: Type.Boolean({ default: true }),
  scope: Type.Optional(PolicyScope),
  valid_from: Maybe(Timestamp),
  valid_until: Maybe(Timestamp),
  on_error: Type.Optional(
    Type.Enum(['open', 'closed'], {
      default: 'open',
      description: 'closed: what cannot be evaluated (an expired bundle, no data) is a violation, too',
    }),
  ),
  exemptions: Type.Optional(Type.Array(Exemption, { maxItems: 200 })),
};

export interface PolicyInput {
  name: string;
  description?: string | null;
  rule: Rule;
  action: 'warn' | 'block';
  enabled: boolean;
  scope?: PolicyScope;
  valid_from?: string | null;
  valid_until?: string | null;
  on_error?: 'open' | 'closed';
  exemptions?: Exemption[];
}

/** A policy as it is evaluated. From a file it has no id: there the name is its identity. */
export interface Policy extends PolicyInput {
  id: string | null;
  version: number;
}

/** What the evaluator reads of a receipt. Any Receipt of shared/api/receipts.ts is one. */
export const EvaluatedReceipt = Type.Object({
  id: Uuid,
  timestamp: Timestamp,
  ...maybeAll({
    tool: Name,
    provider: Name,
    model: Name,
    user_name: Name,
    user_email: Type.String({ maxLength: 320 }),
  }),
  cost_usd: Maybe(Usd),
  team: Maybe(Name),
  attributions: Maybe(Type.Array(Attribution, { maxItems: 20_000 })),
});
export type EvaluatedReceipt = Static<typeof EvaluatedReceipt>;

/** What the evaluator reads of a commit: its lines, and those of its files where they were counted. */
export const EvaluatedCommit = Type.Object({
  commit: Oid,
  author_name: Maybe(Name),
  author_email: Maybe(Type.String({ maxLength: 320 })),
  is_merge: Maybe(Type.Boolean()),
  has_receipts: Maybe(Type.Boolean()),
  /** True when its message says that AI took part. */
  ai_involved: Maybe(Type.Boolean()),
  lines: Maybe(
    Type.Object({ added: LineCount, deleted: LineCount, ai: LineCount, human: LineCount, unknown: LineCount }),
  ),
  files: Maybe(
    Type.Array(
      Type.Object({
        path: Type.String({ maxLength: 4096 }),
        added: LineCount,
        ai: Type.String({ description: 'AI lines: `1-10,15`' }),
      }),
      { maxItems: 20_000 },
    ),
  ),
});
export type EvaluatedCommit = Static<typeof EvaluatedCommit>;

/** What only the server knows: money spent and lines written before this change. Without it, rules on them cannot be evaluated. */
export const PolicyState = Type.Object({
  as_of: Timestamp,
  spend: Type.Array(
    Type.Object({
      policy: Name,
      window: Type.String({ description: '2026-02-14 or 2026-02' }),
      per: Nullable(Type.String({ description: 'e-mail, team or repository; null: the whole scope' })),
      usd: Type.Number({ minimum: 0 }),
    }),
    { maxItems: 10_000, description: 'without the receipts that are being evaluated' },
  ),
  lines: Nullable(
    Type.Object(
      { added: LineCount, ai: LineCount },
      { description: 'of the repository, without the commits that are being evaluated' },
    ),
  ),
});
export type PolicyState = Static<typeof PolicyState>;

export const Violation = Type.Object({
  policy: Name,
  policy_id: Nullable(Uuid),
  rule: Type.Enum([...RULE_NAMES]),
  action: Type.Enum(['warn', 'block']),
  limit: Type.Unknown({ description: 'what the rule says; of a list the first ten' }),
  value: Type.Unknown({ description: 'what was found' }),
  repo: Nullable(Type.String()),
  commit: Nullable(Oid),
  path: Nullable(Type.String()),
  lines: Nullable(Type.String()),
  receipt_id: Nullable(Uuid),
  /** Whose spending it is: an e-mail, a team, a repository. */
  subject: Nullable(Type.String()),
  /** The day or month of a limit on cost. */
  window: Nullable(Type.String()),
  message: Type.String({ description: 'rule, value, limit and place in one sentence' }),
  advice: Type.String({ description: 'what to do about it' }),
});
export type Violation = Static<typeof Violation>;

export const Verdict = Type.Object({
  verdict: Type.Enum(['pass', 'warn', 'block', 'error']),
  violations: Type.Array(Violation),
  /** Violations that an exemption excuses. */
  exempted: Type.Array(Type.Object({ violation: Violation, exemption: Exemption })),
  /** "No data yet" is not "no violations". */
  not_evaluated: Type.Array(Type.Object({ policy: Name, rule: Type.String(), reason: Type.String() })),
});
export type Verdict = Static<typeof Verdict>;
