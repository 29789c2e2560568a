import Type, { type Static } from '../schema.js';
import { filters } from './receipts.js';
import { endpoint, Nullable, Strict } from './types.js';

const Sum = Type.Number();
const Percentage = Nullable(Type.Number({ minimum: 0, maximum: 100 }));
const Label = Nullable(Type.String({ description: 'null: not known' }));

const Basis = Type.Object({ receipts: Sum, cost: Sum });

const Point = Type.Object({
  date: Type.String({ format: 'date', description: 'first day of the bucket; weeks begin on Mondays' }),
  receipts: Sum,
  cost: Sum,
});

const Other = Type.Object({
  values: Type.Number({ description: 'how many values are not in the list' }),
  receipts: Sum,
  cost: Sum,
});

/** What is told of a period, and of the one before. */
const totals = {
  total_receipts: Sum,
  total_cost_usd: Type.Number({ description: 'sum of the known costs; see cost_basis' }),
  ai_code_percentage: Percentage,
  tokens: Type.Object({ input: Sum, output: Sum, cache_read: Sum, cache_creation: Sum }),
  lines: Type.Object(
    {
      added: Sum,
      deleted: Sum,
      ai: Sum,
      human: Sum,
      unknown: Sum,
      added_by_bots: Type.Number({ description: 'of the added ones: in commits whose author is a program' }),
    },
    {
      description:
        'non-merge commits of default branches; with a tool, provider or model filter, ai counts theirs only',
    },
  ),
  coverage: Type.Object({
    commits: Sum,
    commits_with_receipts: Sum,
    commits_with_ai_trailers: Type.Number({ description: 'without receipts, but the message says that AI took part' }),
    commits_by_bots: Type.Number({ description: 'of all these: the author is a program' }),
    percentage: Percentage,
  }),
  cost_per_ai_line: Nullable(Type.Number({ description: 'USD; known costs over AI lines. null: no AI lines' })),
  acceptance: Type.Object(
    { accepted_lines: Sum, overridden_lines: Sum, percentage: Percentage },
    { description: 'of the lines that recorders say were accepted or overridden' },
  ),
  adoption: Type.Object(
    {
      active_people: Type.Number({ description: 'people with receipts; no bots' }),
      committers: Type.Number({ description: 'people with commits that count; no bots' }),
      active_committers: Type.Number({ description: 'those who are both' }),
      percentage: Percentage,
    },
    { description: 'active committers of all committers' },
  ),
};

export const Bucket = Type.Enum(['day', 'week', 'month']);

export const Analytics = Type.Object({
  ...totals,
  top_models: Type.Array(Type.Object({ model: Label, count: Sum, cost: Sum })),
  top_repos: Type.Array(Type.Object({ repo: Type.String(), receipts: Sum, cost: Sum })),
  top_users: Type.Array(Type.Object({ user: Label, receipts: Sum, cost: Sum }), { description: 'people; no bots' }),
  top_teams: Type.Array(
    Type.Object({
      team: Nullable(Type.String({ description: 'slug, or what senders named where there is no team' })),
      name: Label,
      receipts: Sum,
      cost: Sum,
    }),
  ),
  top_tools: Type.Array(Type.Object({ tool: Label, receipts: Sum, cost: Sum })),
  other: Type.Object(
    { models: Other, repos: Other, users: Other, teams: Other, tools: Other },
    { description: 'what the lists leave out' },
  ),
  daily_trend: Type.Array(Point),
  trend: Type.Object({ bucket: Bucket, time_zone: Type.String(), points: Type.Array(Point) }),
  previous: Nullable(
    Type.Object(
      { from: Type.String(), to: Type.String(), ...totals },
      { description: 'with compare=previous: as long a period right before' },
    ),
  ),
  cost_basis: Type.Object({
    recorded: Basis,
    estimated: Basis,
    unknown: Basis,
    suspect: Type.Object(Basis.properties, {
      description: 'of all these: from recorders known to have counted tokens wrong',
    }),
  }),
});
export type Analytics = Static<typeof Analytics>;

export const AnalyticsQuery = Strict({
  ...filters,
  bucket: Type.Optional(Bucket),
  time_zone: Type.Optional(
    Type.String({
      format: 'time-zone',
      maxLength: 64,
      description: "IANA name; of the days in from, to and trends. Without it the org's",
    }),
  ),
  top: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10, description: 'length of the lists' })),
  compare: Type.Optional(Type.Enum(['previous'], { description: 'needs from' })),
});
export type AnalyticsQuery = Static<typeof AnalyticsQuery>;

export const getAnalytics = endpoint({
  id: 'getAnalytics',
  method: 'get',
  path: '/api/v1/analytics',
  summary: 'Totals, tops and trends of what the filters leave',
  scope: 'analytics:read',
  tagged: true,
  query: AnalyticsQuery,
  reply: Analytics,
});
