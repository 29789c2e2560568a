import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startSequencer } from '../server/audit/sequencer.js';
import { connect } from '../server/db.js';
import { openCluster } from '../server/embedded/cluster.js';
import { migrate } from '../server/migrate.js';
import { insertOrg } from '../server/orgs/queries.js';
import { ingest } from '../server/receipts/ingest.js';
import { toSigningKey } from '../server/signing-key.js';
import { interleave, round } from './measure.js';

const RECEIPTS = 100;
const BATCHES = 40;
const CLIENTS = 4;
const ROUNDS = 9;
const LIMIT = 1.1;
/** Made for benchmarks; it signs nothing else. */
const KEY = toSigningKey('MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f', 'bench');

/**
 * What the audit log costs at ingest: four clients send batches of a hundred new receipts, on a database that writes to the disk.
 * Once no batch writes an event; once each does (one item is refused); once each does and the sequencer numbers and signs beside them.
 */
export async function benchAudit() {
  const dataDir = await mkdtemp(join(tmpdir(), 'bp-bench-'));
  const cluster = await openCluster({ dataDir, log: () => {} });
  try {
    await migrate(cluster.url);
    const db = connect({ url: cluster.url, poolSize: 10 });
    const orgId = randomUUID();
    await db.withSystem((sql) => insertOrg(sql, { id: orgId, slug: 'bench', name: 'bench' }));
    const actor = { type: 'key', id: 'bench', name: 'bench', request_id: null, ip: null } as const;
    const send = async (more: unknown[]) => {
      const started = performance.now();
      await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          for (let n = 0; n < BATCHES / CLIENTS; n++)
            await ingest(db, { orgId, actor }, { repo: { name: 'acme/bench' }, receipts: [...receipts(), ...more] });
        }),
      );
      return performance.now() - started;
    };
    await send([]); // the first rows, plans and connections
    const { silent, events, sequenced } = await interleave(ROUNDS, {
      silent: () => send([]),
      events: () => send([{}]),
      sequenced: async () => {
        const sequencer = startSequencer(db, KEY, pino({ level: 'silent' }));
        const ms = await send([{}]);
        await sequencer.stop();
        return ms;
      },
    });
    await db.close();
    const rate = (ms: number) => `${Math.round((RECEIPTS * BATCHES * 1000) / ms)} receipts/s`;
    return {
      rows: [
        ['no events', rate(silent), '1'],
        ['an event a batch', rate(events), `${round(events / silent)}`],
        ['an event a batch, and the sequencer', rate(sequenced), `${round(sequenced / silent)}`],
        ['the sequencer alone, against the limit', `${LIMIT}`, `${round(sequenced / events)}`],
      ],
      result: {
        bench: 'audit',
        receipts_per_second: Math.round((RECEIPTS * BATCHES * 1000) / sequenced),
        ratio_of_events: round(events / silent),
        ratio_of_sequencer: round(sequenced / events),
        limit: LIMIT,
      },
    };
  } finally {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const receipts = () =>
  Array.from({ length: RECEIPTS }, (_, n) => ({
    id: randomUUID(),
    timestamp: '2026-02-14T10:00:00Z',
    source: 'bench',
    tool: 'claude-code',
    model: 'claude-opus-4-6',
    user_email: `dev${n % 20}@example.com`,
    cost_usd: 0.25,
    input_tokens: 1000,
    attributions: [{ commit: 'a'.repeat(40), path: `src/file${n}.ts`, lines: '1-10' }],
  }));
