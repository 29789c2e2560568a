import type { Cell, ReportDocument } from '../document.js';
import { findTable, rowsOf } from '../rows-of.js';
import type { AiInventory, Model } from './types.js';

/** Models and the repositories they were used in, as the DORA report's table `model_use` has them. */
export async function inventoryOf(document: ReportDocument): Promise<AiInventory> {
  const { organisation, organisation_id, period, generator } = document;
  const models = new Map<string, { model: Model; tools: Set<string>; receipts: number; cost: number }>();
  const repositories = new Map<string, Pick<Model, 'provider' | 'name'>[]>();
  for await (const row of rowsOf(findTable(document, 'model_use'))) {
    const [provider, name, repo] = [text(row.provider), `${row.model}`, `${row.repo}`];
    const key = JSON.stringify([provider, name]);
    const known = models.get(key) ?? {
      model: { name, provider, tools: [], usage: [] },
      tools: new Set(),
      receipts: 0,
      cost: 0,
    };
    models.set(key, known);
    known.receipts += Number(row.receipts);
    known.cost += Number(row.cost_usd);
    for (const tool of text(row.tools)?.split(', ') ?? []) known.tools.add(tool);
    repositories.set(repo, [...(repositories.get(repo) ?? []), { provider, name }]);
  }
  const [, name = generator, version = ''] = /^(.*) (\S+)$/.exec(generator) ?? [];
  return {
    organisation: { id: organisation_id, name: organisation },
    period,
    generator: { name, version },
    models: [...models.values()].map(({ model, tools, receipts, cost }) => ({
      ...model,
      tools: [...tools].sort(),
      usage: [
        { name: 'receipts', value: receipts },
        { name: 'cost_usd', value: Math.round(cost * 1e6) / 1e6 },
      ],
    })),
    repositories: [...repositories].map(([repo, used]) => ({ name: repo, models: used })),
  };
}

const text = (cell: Cell | undefined): string | null => (typeof cell === 'string' ? cell : null);
