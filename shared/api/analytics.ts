import Type, { type Static } from 'typebox';
import { Filters } from './receipts.js';
import { endpoint, Nullable } from './types.js';

const Sum = Type.Number();
const Percentage = Nullable(Type.Number({ minimum: 0, maximum: 100 }));
const Label = Nullable(Type.String({ description: 'null: not known' }));

const Basis = Type.Object({ receipts: Sum, cost: Sum });

export const Analytics = Type.Object({
  total_receipts: Sum,
  total_cost_usd: Type.Number({ description: 'sum of the known costs; see cost_basis' }),
  ai_code_percentage: Percentage,
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
  daily_trend: Type.Array(Type.Object({ date: Type.String({ format: 'date' }), receipts: Sum, cost: Sum })),
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

export const getAnalytics = endpoint({
  id: 'getAnalytics',
  method: 'get',
  path: '/api/v1/analytics',
  summary: 'Totals, tops and the daily trend of what the filters leave',
  scope: 'analytics:read',
  query: Filters,
  reply: Analytics,
});
