import { groupBy } from '../../shared/group-by.js';
import { stableId } from '../../shared/ids.js';
import { compilePolicies, evaluate, MAX_VIOLATIONS, ruleName } from '../../shared/policy/evaluate.js';
import { column, table } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import { enabledPolicies } from '../policies/queries.js';
import { receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import type { ReportScope } from './scope.js';

interface ModelRow {
  provider: string | null;
  model: string | null;
  tool: string | null;
  receipts: number;
  cost: number;
  first_seen: string;
  last_seen: string;
}

/** As many as the evaluator lists violations of one policy; more names than that are made up by somebody. */
const MAX_MODELS = MAX_VIOLATIONS;

export async function observedModels({ sql, orgId, filters }: ReportScope): Promise<ModelRow[]> {
  return sql<ModelRow[]>`
    select provider, model, tool, receipts, cost, ${utc(sql, 'first_at')} as first_seen, ${utc(sql, 'last_at')} as last_seen
    from (
      select r.provider, r.model, r.tool, count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost,
        min(r."timestamp") as first_at, max(r."timestamp") as last_at
      from receipts r
      where ${receiptConditions(sql, orgId, filters)}
      group by r.provider, r.model, r.tool
    ) as m
    order by receipts desc, cost desc, provider collate "C", model collate "C", tool collate "C"
    limit ${MAX_MODELS}
  `;
}

/** Models that receipts name against those that policies, as they stand, allow and block. */
export async function modelsTable(scope: ReportScope): Promise<Table> {
  const models = await observedModels(scope);
  const judged = await judgeModels(scope, models);
  return table(
    {
      id: 'models',
      title: 'Models observed',
      columns: [
        column('provider', 'Provider'),
        column('model', 'Model'),
        column('tool', 'Tool'),
        column('receipts', 'Receipts', 'count'),
        column('cost_usd', 'Cost', 'usd'),
        column('first_seen', 'First seen', 'instant'),
        column('last_seen', 'Last seen', 'instant'),
        column('approved', 'By policies'),
      ],
      empty: 'No receipt is in the period.',
    },
    models.map(({ provider, model, tool, receipts, cost, first_seen, last_seen }, n) => [
      ...[provider, model, tool, receipts, cost, first_seen, last_seen],
      judged[n] ?? null,
    ]),
  );
}

/** What the org's policies on names say of each model, as the evaluator judges; null: no policy speaks of names. */
async function judgeModels(
  { sql, orgId, filters }: ReportScope,
  models: readonly ModelRow[],
): Promise<(string | null)[]> {
  const policies = (await enabledPolicies(sql, orgId))
    .filter(({ rule, scope }) => NAME_RULES.has(ruleName(rule)) && !scope?.teams?.length && !scope?.repos?.length)
    .map(({ exemptions: _, ...policy }) => policy);
  if (policies.length === 0) return models.map(() => null);
  const receipts = models.map(({ provider, model, tool, last_seen }, n) => {
    return { id: stableId('model', String(n)), timestamp: last_seen, provider, model, tool };
  });
  const { violations } = evaluate(compilePolicies(policies), {
    ...{ repo: 'all', teams: [], now: filters.to, receipts, commits: [] },
  });
  const faults = groupBy(violations, ({ receipt_id }) => receipt_id);
  return receipts.map(({ id, model }) => {
    const names = (faults.get(id) ?? []).map(({ policy }) => policy);
    if (names.length > 0) return `refused by ${[...new Set(names)].join(', ')}`;
    return model === null ? null : 'allowed';
  });
}

const NAME_RULES = new Set(['allowed_models', 'blocked_models', 'allowed_providers', 'blocked_providers']);
