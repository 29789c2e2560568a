import type { AiInventory } from '../shared/report/cyclonedx/types.js';
import type { Assessment } from '../shared/report/oscal/types.js';
import { HOSTILE, NAMES } from './report-sample.js';

const PERIOD = { from: '2026-01-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };
const ORGANISATION = { id: '6f0d3a52-5d8e-4f0b-9a43-0d6f5b8c1e77', name: ' Müller\n& <b>Søhne</b> ' };

/** What the data of a report on controls could be, with every name that a hostile repository could bring. */
export function sampleAssessment(): Assessment {
  const names = [...NAMES, ...HOSTILE, '', ' '];
  return {
    type: 'soc2',
    title: 'SOC 2 evidence',
    organisation: ORGANISATION,
    period: PERIOD,
    generator: 'BlamePrompt Enterprise 0.1.0',
    controls: ['CC6.1', 'CC8.1', '5.9', 'A.5.19'].map((id) => ({
      id,
      title: `Control ${id}`,
      observations: names.map((name, index) => ({
        id: `${index}`,
        title: name,
        description: `${name}\n\nsecond paragraph`,
        collected: '2026-03-31T22:15:10.123Z',
        figures: [
          { name: 'ai_share', value: 61.5 },
          { name: name.slice(0, 50), value: name },
          { name: '9 lives', value: true },
        ],
      })),
    })),
  };
}

/** Models and repositories with names of all kinds. */
export function sampleInventory(): AiInventory {
  const models = [...NAMES, ...HOSTILE].map((name, index) => ({
    name,
    provider: index % 5 === 0 ? null : 'Anthropic',
    tools: ['claude-code', name],
    usage: [
      { name: 'receipts', value: index },
      { name: 'cost_usd', value: 1.25 },
    ],
  }));
  return {
    organisation: ORGANISATION,
    period: PERIOD,
    generator: { name: 'BlamePrompt Enterprise', version: '0.1.0' },
    models,
    repositories: [
      { name: 'payments/ledger', models: [models[0]!, models[1]!, models[0]!] },
      { name: 'платежи', models: [] },
      { name: 'a/b', models: [{ provider: 'nobody', name: 'was never seen' }] },
    ],
  };
}
