import { createHash } from 'node:crypto';
import type { Block, ReportDocument, Section } from '../document.js';
import { findTable, rowsOf } from '../rows-of.js';
import type { Assessment, Control, Observation } from './types.js';

/**
 * What a report on controls observed of each. SOC 2 has a section for each group of criteria, whose tables are observed as a whole:
 * how many rows, and their SHA-256; ISO 27001 has a table with a row for each control.
 */
export async function assessmentOf(document: ReportDocument): Promise<Assessment> {
  const { type, title, organisation, organisation_id, period, generator } = document;
  const controls: Control[] = [];
  if (type === 'iso27001') {
    const table = findTable(document, 'controls');
    for await (const { control, title, evidence, figure, where } of rowsOf(table))
      controls.push({
        id: `${control}`,
        title: `${title}`,
        observations: [
          {
            id: 'evidence',
            title: `${evidence}`,
            description: `${evidence}. Where: ${where}.`,
            collected: period.to,
            figures: [{ name: 'figure', value: `${figure}` }],
          },
        ],
      });
  } else {
    for (const section of document.sections.filter(({ id }) => /^cc\d/.test(id)))
      controls.push(await controlOf(section, period.to));
  }
  return { type, title, organisation: { id: organisation_id, name: organisation }, period, generator, controls };
}

/** `CC6.1 to CC6.3 Logical access`: the first word names it. */
async function controlOf({ title, blocks }: Section, collected: string): Promise<Control> {
  const observations: Observation[] = [];
  for (const block of blocks) {
    const observation = await observe(block, collected);
    if (observation) observations.push(observation);
  }
  return { id: title.split(' ')[0]!, title, observations };
}

async function observe(block: Block, collected: string): Promise<Observation | undefined> {
  if (block.kind !== 'table') return undefined;
  const hash = createHash('sha256');
  let count = 0;
  for await (const row of rowsOf(block)) {
    hash.update(`${JSON.stringify(row)}\n`);
    count++;
  }
  const { id, title, empty } = block;
  return {
    id,
    title,
    description:
      count === 0 ? empty : `Table ${id} of the report, ${count} rows. The SHA-256 is over its rows as JSON lines.`,
    collected,
    figures: [
      { name: 'rows', value: count },
      { name: 'sha256', value: hash.digest('hex') },
    ],
  };
}
