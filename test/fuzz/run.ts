/**
 * `npm run fuzz -- [--mutations n] [--seed n] [--source name] [--json]` reads that many changed notes of each format;
 * `--replay <format>:<n>` reads one of them again and keeps it in a file. Exit code 1 when something is wrong.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printable, table } from '../../cli/terminal.js';
import { formats } from './formats.js';
import { fuzzNote, MAX_MS } from './fuzz.js';
import { fuzzWatched, type WatchedReport } from './watch.js';

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    source: { type: 'string', multiple: true },
    replay: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
if (values.replay) await replay(values.replay);
else await fuzz(values.source ?? formats.map(({ name }) => name), Number(values.mutations));

async function fuzz(names: string[], mutations: number): Promise<void> {
  const reports: WatchedReport[] = [];
  for (const name of names) {
    nameOf(name);
    const report = await fuzzWatched(name, seed, mutations);
    reports.push(report);
    console.error(`${name}: ${report.failures.length} failures`);
    for (const { n, message } of report.failures)
      console.error(printable(`  --replay ${name}:${n} --seed ${seed}: ${message}`));
  }
  const rows = reports.map(({ format, mutations, read, slowest, grown_mb, failures }) => [
    format,
    `${mutations}`,
    `${read}`,
    `${Math.round(slowest.ms)} ms, note ${slowest.n} of ${slowest.bytes} bytes`,
    `${grown_mb} MB`,
    `${failures.length}`,
  ]);
  console.log(table([['format', 'notes', 'read', 'slowest', 'memory', 'failures'], ...rows]));
  const peak_rss_mb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`limit: ${MAX_MS} ms a note; peak of the process: ${peak_rss_mb} MB`);
  if (values.json) console.log(JSON.stringify({ seed, peak_rss_mb, formats: reports }));
  process.exitCode = reports.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function replay(which: string): Promise<void> {
  const colon = which.lastIndexOf(':');
  const { note, ms, outcomes, failure } = fuzzNote(nameOf(which.slice(0, colon)), Number(which.slice(colon + 1)), seed);
  const file = join(tmpdir(), `blameprompt-fuzz-${which.replace(':', '-')}`);
  await writeFile(file, note);
  console.log(printable(`${file}: ${note.length} bytes, ${ms.toFixed(1)} ms`));
  for (const outcome of outcomes) console.log(printable((JSON.stringify(outcome) ?? '').slice(0, 2_000)));
  console.log(failure === undefined ? 'nothing is wrong with it' : printable(failure));
  process.exitCode = failure === undefined ? 0 : 1;
}

function nameOf(name: string) {
  const format = formats.find((one) => one.name === name);
  if (!format) throw new Error(`${name} is none of ${formats.map((one) => one.name).join(', ')}`);
  return format;
}
