import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { described } from '../cli/sources/index.js';
import { settings } from '../server/config.js';
import { endpoints } from '../shared/api/index.js';

const ROOT = new URL('../../', import.meta.url);

/** The parts of the documentation that are printed from the code, by file. `npm run docs` writes them, a test compares. */
export async function generatedDocs(): Promise<{ file: URL; text: string }[]> {
  return Promise.all(
    [
      { name: 'README.md', marker: 'commands', text: await commandList() },
      { name: 'README.md', marker: 'endpoints', text: endpointTable() },
      { name: 'docs/configuration.md', marker: 'settings', text: settingsTable() },
      { name: 'docs/configuration.md', marker: 'sources', text: sourceNames() },
      { name: 'docs/counting.md', marker: 'sources', text: sourceTable() },
    ]
      .reduce<{ name: string; parts: { marker: string; text: string }[] }[]>((files, { name, ...part }) => {
        const file = files.find((other) => other.name === name);
        if (file) file.parts.push(part);
        else files.push({ name, parts: [part] });
        return files;
      }, [])
      .map(async ({ name, parts }) => {
        const file = new URL(name, ROOT);
        const before = await readFile(file, 'utf8');
        return { file, text: parts.reduce((text, part) => replacePart(text, part), before) };
      }),
  );
}

/** Replaces what stands between `<!-- begin:marker -->` and `<!-- end:marker -->`. */
function replacePart(text: string, part: { marker: string; text: string }): string {
  const [begin, end] = [`<!-- begin:${part.marker} -->`, `<!-- end:${part.marker} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The markers ${begin} and ${end} are missing.`);
  return `${text.slice(0, from + begin.length)}\n${part.text}\n${text.slice(to)}`;
}

async function commandList(): Promise<string> {
  const config = await Config.load({ root: fileURLToPath(ROOT) });
  const rows = config.commands
    .map(({ id, summary }) => `| \`blameprompt ${id.replaceAll(':', ' ')}\` | ${summary} |`)
    .sort();
  return ['| Command | |', '| --- | --- |', ...rows].join('\n');
}

function endpointTable(): string {
  const rows = endpoints.map(
    ({ method, path, scope, summary }) =>
      `| \`${method.toUpperCase()} ${path}\` | ${scope ? `\`${scope}\`` : 'any key'} | ${summary} |`,
  );
  return ['| Endpoint | Scope | |', '| --- | --- | --- |', ...rows].join('\n');
}

function settingsTable(): string {
  const rows = Object.values(settings).map((setting) => {
    const flag = 'flag' in setting ? `\`${setting.flag}\`` : '';
    return `| \`${setting.env}\` | ${flag} | ${setting.shown} | ${setting.description} |`;
  });
  return ['| Variable | Flag | Default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function sourceTable(): string {
  const rows = described.map(({ recorder, places, gives }) => {
    const where = places.map((place) => (place.includes(' ') ? place : `\`${place}\``)).join(', ');
    return `| ${recorder} | ${where} | ${gives} |`;
  });
  return ['| Recorder | Where | What it gives |', '| --- | --- | --- |', ...rows.sort()].join('\n');
}

function sourceNames(): string {
  const names = described.map(({ name }) => name).sort();
  return names.map((name) => `\`${name}\``).join(', ');
}
