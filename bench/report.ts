import postgres from 'postgres';
import { connect } from '../server/db.js';
import { insertReceipts } from '../test/many-receipts.js';
import { startTestServer } from '../test/server.js';
import { withDatabase } from './database.js';
import { round } from './measure.js';

/** What a tenth of the receipts takes is a tenth of the time, and no less memory: reports are streamed. */
export async function benchReport(_: string, receipts = 200_000) {
  return withDatabase(async ({ adminUrl, url }) => {
    const database = { adminUrl, url, db: connect({ url }), drop: async () => {} };
    const server = await startTestServer({ database });
    const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
    try {
      const measure = async (count: number) => {
        const org = await server.createOrg();
        await insertReceipts(sql, org.id, count);
        const csv = await read(`${server.origin}/api/v1/reports/soc2?format=csv`, org.key);
        const json = await read(`${server.origin}/api/v1/reports/soc2?format=json`, org.key);
        return { csv, json };
      };
      await measure(2_000); // loads the code and lets the heap find its size
      const few = await measure(receipts / 10);
      const many = await measure(receipts);
      const rows = (['csv', 'json'] as const).flatMap((format) => [
        [
          `${format}, ${receipts / 10} receipts`,
          `${round(few[format].seconds)} s, ${round(few[format].rssMb, 0)} MB`,
          '1',
        ],
        [
          `${format}, ${receipts} receipts, ${round(many[format].bytes / 1e6, 1)} MB of output`,
          `${round(many[format].seconds)} s, ${round(many[format].rssMb, 0)} MB`,
          `${round(many[format].seconds / few[format].seconds)}`,
        ],
      ]);
      return {
        rows,
        result: {
          bench: 'report',
          receipts,
          time_ratio: round(many.json.seconds / few.json.seconds / 10),
          rss_growth_mb: round(many.json.rssMb - few.json.rssMb, 0),
          peak_rss_mb: round(many.json.rssMb, 0),
          csv_seconds: round(many.csv.seconds),
          json_seconds: round(many.json.seconds),
        },
      };
    } finally {
      await sql.end();
      await server.stop();
      await database.db.close();
    }
  });
}

/** Reads a report to its end and keeps nothing of it; the peak is of this process, server and reader in one. */
async function read(url: string, key: string) {
  const started = performance.now();
  const reply = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  if (reply.status !== 200) throw new Error(`${url}: ${await reply.text()}`);
  let bytes = 0;
  let peak = 0;
  for await (const chunk of reply.body!) {
    bytes += chunk.length;
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  return { bytes, seconds: (performance.now() - started) / 1000, rssMb: peak / 1e6 };
}
