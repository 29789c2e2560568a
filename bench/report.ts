import { insertReceipts } from '../test/many-receipts.js';
import { type BenchServer, startBenchServer } from './database.js';
import { round } from './measure.js';

/** The compiler sees the code and the heap finds its size before anything is measured. */
const WARM_UP = 2_000;
const FORMATS = ['csv', 'json'] as const;

/** A SOC 2 report over receipts and over a tenth of them, read through HTTP: time should be tenfold, memory the same. */
export async function benchReport(receipts: number) {
  await measure(WARM_UP);
  const few = await measure(Math.round(receipts / 10));
  const many = await measure(receipts);
  return {
    rows: FORMATS.flatMap((format) => [
      [`${format}, a tenth of the receipts`, `${round(few[format].seconds)} s, ${round(few[format].rssMb, 0)} MB`, '1'],
      [
        `${format}, ${receipts} receipts (${round(many[format].bytes / 1e6, 1)} MB)`,
        `${round(many[format].seconds)} s, ${round(many[format].rssMb, 0)} MB`,
        `${round(many[format].seconds / few[format].seconds)}`,
      ],
    ]),
    result: {
      bench: 'report',
      receipts,
      time_ratio: round(many.json.seconds / few.json.seconds / 10),
      rss_growth_mb: round(many.json.rssMb - few.json.rssMb, 0),
      peak_rss_mb: round(Math.max(many.csv.rssMb, many.json.rssMb), 0),
      csv_seconds: round(many.csv.seconds),
      json_seconds: round(many.json.seconds),
    },
  };
}

async function measure(receipts: number) {
  const server = await startBenchServer();
  try {
    await insertReceipts(server.admin, server.orgId, receipts);
    return { csv: await read(server, 'csv'), json: await read(server, 'json') };
  } finally {
    await server.close();
  }
}

/** Reads a report to its end and keeps nothing of it; the peak is of this process, server and reader in one. */
async function read({ origin, key }: BenchServer, format: string) {
  const started = performance.now();
  const reply = await fetch(`${origin}/api/v1/reports/soc2?format=${format}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  if (reply.status !== 200) throw new Error(await reply.text());
  let bytes = 0;
  let peak = 0;
  for await (const chunk of reply.body!) {
    bytes += chunk.length;
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  return { bytes, seconds: (performance.now() - started) / 1000, rssMb: peak / 1e6 };
}
