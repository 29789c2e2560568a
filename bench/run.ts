/** `npm run bench -- <name> [--repo <path>] [--receipts <n>]`: a table for people and, as the last line, JSON for programs. */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { table } from '../cli/terminal.js';
import { benchAnalytics } from './analytics.js';
import { benchAudit } from './audit.js';
import { benchGate } from './gate.js';
import { benchHook } from './hook.js';
import { benchIngest } from './ingest.js';
import { benchNotes } from './notes.js';
import { benchPolicy } from './policy.js';
import { benchReceipts } from './receipts.js';
import { benchReport } from './report.js';
import { benchSync } from './sync.js';
import { createSyntheticRepository } from './synthetic.js';

/** Each with the repository that is made for it. A first sync of 2,000 small commits would be the start of processes only. */
const BENCHES = {
  analytics: { run: (_repo: string, receipts: number) => benchAnalytics(receipts), made: undefined },
  audit: { run: benchAudit, made: undefined },
  gate: { run: benchGate, made: {} },
  hook: { run: benchHook, made: undefined },
  ingest: { run: (_repo: string, receipts: number) => benchIngest(receipts), made: undefined },
  notes: { run: benchNotes, made: {} },
  policy: { run: benchPolicy, made: undefined },
  receipts: { run: (_repo: string, receipts: number) => benchReceipts(receipts), made: undefined },
  report: { run: (_repo: string, receipts: number) => benchReport(receipts), made: undefined },
  sync: { run: benchSync, made: { commits: 10_000, conversation: 5_000 } },
};

const { values, positionals } = parseArgs({
  options: { repo: { type: 'string' }, receipts: { type: 'string', default: '200000' } },
  allowPositionals: true,
});
const bench = BENCHES[positionals[0] as keyof typeof BENCHES];
if (!bench) {
  console.error(
    `Name a benchmark: ${Object.keys(BENCHES).join(', ')}. Example: npm run bench -- notes --repo ~/src/app`,
  );
  process.exitCode = 2;
} else {
  // A bench that reads no repository takes none.
  const synthetic =
    values.repo === undefined && bench.made !== undefined ? await createSyntheticRepository(bench.made) : undefined;
  try {
    const { rows, result } = await bench.run(values.repo ?? synthetic ?? '', Number(values.receipts));
    console.log(table([['measured', 'median', 'ratio'], ...rows]));
    console.log(JSON.stringify(result));
  } finally {
    if (synthetic) await rm(synthetic, { recursive: true, force: true });
  }
}
