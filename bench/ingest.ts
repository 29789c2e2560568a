import { foldOrg } from '../server/rollups/fold.js';
import { verifyRollups } from '../server/rollups/verify.js';
import { MAX_BATCH_ITEMS } from '../shared/api/receipts.js';
import { type BenchServer, startBenchServer } from './database.js';
import { round } from './measure.js';

const BATCH = Math.min(1000, MAX_BATCH_ITEMS);
const SENDERS = 4;

/**
 * Receipts per second through HTTP, checks, deduplication, deltas and folding, against a COPY of the same rows into a table
 * with the same columns and indexes; then all of it sent again.
 */
export async function benchIngest(receipts: number) {
  const server = await startBenchServer();
  try {
    const batches = Math.ceil(receipts / BATCH);
    await foldOrg(server.db, server.orgId, { wait: true }); // as the server's folder does when an org is made
    const before = process.memoryUsage().rss;
    const first = await sendAll(server, batches);
    const again = await sendAll(server, batches);
    const copy = await copySame(server);
    const drift = await verifyRollups(server.db, server.orgId);
    const rss = Math.round(process.memoryUsage().rss / 2 ** 20);
    const count = batches * BATCH;
    const rate = (ms: number) => Math.round((count / ms) * 1000);
    return {
      rows: [
        ['COPY into the same indexed table (the limit)', `${rate(copy)} a second`, '1'],
        ['ingest', `${rate(first)} a second`, `${round(copy / first)}`],
        ['all of it again', `${rate(again)} a second`, `${round(copy / again)}`],
        ['memory of the process before and after', `${Math.round(before / 2 ** 20)} and ${rss} MB`, ''],
        ['rows of rollups that differ', `${drift}`, ''],
      ],
      result: {
        bench: 'ingest',
        receipts: count,
        ratio_to_limit: round(copy / first),
        duplicates_to_first: round(first / again),
        per_second: { copy: rate(copy), ingest: rate(first), again: rate(again) },
        drift,
        peak_rss_mb: rss,
      },
    };
  } finally {
    await server.close();
  }
}

/** Milliseconds until everything is stored and folded. */
async function sendAll({ origin, key, db, orgId }: BenchServer, batches: number): Promise<number> {
  const bodies = Array.from({ length: batches }, (_, n) => JSON.stringify(batchOf(n)));
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (next < batches) {
        const reply = await fetch(`${origin}/api/v1/receipts`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: bodies[next++]!,
        });
        if (reply.status !== 200) throw new Error(`POST /receipts answered ${reply.status}: ${await reply.text()}`);
        await reply.arrayBuffer();
      }
    }),
  );
  await foldOrg(db, orgId, { wait: true });
  return performance.now() - start;
}

/** A thousand receipts of one repository: eight to a session, twenty people, a week. */
function batchOf(batch: number) {
  const receipts = Array.from({ length: BATCH }, (_, n) => {
    const session = batch * 125 + Math.floor(n / 8);
    const nr = batch * BATCH + n;
    const day = new Date(
      Date.UTC(2025, 0, 1) +
        ((session * 7919) % (batch % 50 === 0 ? 300 : 7)) * 86_400_000 +
        (batch % 300) * 86_400_000,
    );
    const at = `${day.toISOString().slice(0, 10)}T${String(8 + (session % 10)).padStart(2, '0')}:${String((n % 8) * 5).padStart(2, '0')}:00Z`;
    const person = (batch % 40) * 20 + ((session * 31) % 20);
    return {
      id: `00000000-0000-4000-8000-${nr.toString(16).padStart(12, '0')}`,
      timestamp: at,
      ...{ source: 'blameprompt', tool: 'claude-code', provider: 'anthropic', model: `model-${session % 4}` },
      session_id: `session-${session}`,
      ...{ user_name: `Person ${person}`, user_email: `person-${person}@example.com` },
      prompt_summary: `Change number ${nr} of the module that person ${person} looks after, with its tests and documentation`,
      prompt_hash: `sha256:${nr}`,
      cost_usd: ((nr * 7919) % 1000) / 1000,
      ...{
        input_tokens: nr % 20_000,
        output_tokens: nr % 4000,
        cache_read_tokens: nr % 90_000,
        accepted_lines: nr % 60,
      },
      attributions: [
        { commit: `${session.toString(16).padStart(40, '0')}`, path: `src/module-${nr % 90}.ts`, lines: '1-10,15' },
      ],
    };
  });
  return { repo: { name: `git.example.com/acme/repo-${batch % 40}` }, receipts, commits: [] };
}

/** Milliseconds of a COPY of what was stored, receipts and attributions, in the order in which it came. */
async function copySame({ admin }: BenchServer): Promise<number> {
  let ms = 0;
  for (const table of ['receipts', 'attributions']) {
    await admin.unsafe(`create table ${table}_copy (like ${table} including all)`);
    const columns = (
      await admin<{ name: string }[]>`
        select column_name as name from information_schema.columns
        where table_name = ${table} and is_generated = 'NEVER' order by ordinal_position
      `
    ).map(({ name }) => `"${name}"`);
    const list = columns.join(', ');
    const order = table === 'receipts' ? 'id' : 'receipt_id';
    const [folder] = await admin<{ path: string }[]>`select current_setting('data_directory') as path`;
    const file = `'${folder!.path}/${table}.copy'`;
    await admin.unsafe(`copy (select ${list} from ${table} order by ${order}) to ${file}`);
    const start = performance.now();
    await admin.unsafe(`copy ${table}_copy (${list}) from ${file}`);
    ms += performance.now() - start;
  }
  return ms;
}
