/**
 * Kills the server and its PostgreSQL at random moments while clients send and try again, then asks: is every receipt that
 * was sent there, once, with what was confirmed? `npm run soak -- 50` does fifty rounds; `npm test` two.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { run, SERVER } from './cli.js';
import { REPO, receipt } from './fixtures.js';

const CLIENTS = 4;
const BATCH = 25;

export interface SoakResult {
  rounds: number;
  sent: number;
  stored: number;
  /** Requests that got no answer, or 503, and were sent again. */
  repeated: number;
}

interface Running {
  child: ChildProcess;
  url: string;
}

/** Each round starts both again. Throws when a receipt is lost or there twice, or costs differ from what was sent. */
export async function soak(rounds: number, log: (line: string) => void = () => {}): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-soak-'));
  await chmod(folder, 0o711); // as root PostgreSQL runs as another user
  const dataDir = join(folder, 'data');
  const made = await run(SERVER, ['org', 'create', 'soak', '--data-dir', dataDir, '--json']);
  if (made.code !== 0) throw new Error(made.stderr);
  const key: string = made.json.api_key;
  const result: SoakResult = { rounds, sent: 0, stored: 0, repeated: 0 };
  const world = { url: '', over: false };
  let server: Running | undefined;
  const clients = Array.from({ length: CLIENTS }, () => send(world, key, result));
  try {
    for (let round = 1; round <= rounds; round++) {
      server = await start(dataDir);
      world.url = server.url;
      const before = result.sent;
      while (result.sent < before + BATCH) await pause(5); // some are confirmed in every round
      await pause(randomInt(300)); // the random moment; nothing is waited for
      await kill(server, dataDir, round % 2 === 0 ? 'postgres' : 'server');
      log(`round ${round}: ${result.sent} receipts confirmed, ${result.repeated} requests repeated`);
    }
    world.over = true;
    server = await start(dataDir);
    world.url = server.url;
    await Promise.all(clients);
    await compare(server.url, key, result);
    return result;
  } finally {
    world.over = true;
    world.url = '';
    if (server?.child.exitCode === null) {
      server.child.kill('SIGTERM');
      await once(server.child, 'exit');
    }
    await Promise.allSettled(clients);
    await rm(folder, { recursive: true, force: true });
  }
}

async function start(dataDir: string): Promise<Running> {
  const settings = { BLAMEPROMPT_RATE_PER_KEY: '0', BLAMEPROMPT_RATE_PER_IP: '0', LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, [SERVER, '--port', '0', '--data-dir', dataDir], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said += chunk;
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line);
    if (entry.msg === 'listening') {
      child.stdout!.resume();
      return { child, url: entry.url };
    }
  }
  throw new Error(`The server did not start again: ${said}`);
}

/** With PostgreSQL gone the server ends by itself; without the server PostgreSQL runs on, and the next start finds it. */
async function kill({ child }: Running, dataDir: string, victim: 'server' | 'postgres'): Promise<void> {
  const exit = once(child, 'exit');
  if (victim === 'server') child.kill('SIGKILL');
  else {
    const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
  }
  await exit;
}

/** Sends batches until the end. One is sent until it is confirmed: then all of its receipts must be there. */
async function send(world: { url: string; over: boolean }, key: string, result: SoakResult): Promise<void> {
  while (!world.over) {
    const receipts = Array.from({ length: BATCH }, () => receipt({ id: randomUUID(), cost_usd: 0.25 }));
    for (;;) {
      const status = await post(world.url, key, receipts);
      if (status === 200) break;
      if (status !== undefined && status < 500) throw new Error(`A batch was answered ${status}.`);
      if (world.over && world.url === '') return;
      result.repeated++;
      await pause(20);
    }
    result.sent += receipts.length;
  }
}

async function post(url: string, key: string, receipts: object[]): Promise<number | undefined> {
  try {
    const reply = await fetch(`${url}/api/v1/receipts`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ repo: REPO, receipts }),
      signal: AbortSignal.timeout(30_000),
    });
    await reply.arrayBuffer();
    return reply.status;
  } catch {
    return undefined;
  }
}

async function compare(url: string, key: string, result: SoakResult): Promise<void> {
  const reply = await fetch(`${url}/api/v1/analytics`, { headers: { 'x-api-key': key } });
  const { total_receipts, total_cost_usd } = (await reply.json()) as { total_receipts: number; total_cost_usd: number };
  result.stored = total_receipts;
  if (total_receipts !== result.sent || total_cost_usd !== result.sent / 4)
    throw new Error(
      `${result.sent} receipts were confirmed; stored are ${total_receipts}, of ${total_cost_usd} US dollars.`,
    );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await soak(Number(process.argv[2] ?? 50), (line) => console.log(line));
  console.log(JSON.stringify(result));
}
