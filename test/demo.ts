/**
 * The demo: `npm run demo [-- <repository>…] [--exit]`. Starts the server with its own PostgreSQL in a temporary folder,
 * makes an org and a key, syncs the given repositories (or a sample one), prints the analytics and stays up until
 * Ctrl-C. With --exit it ends by itself, with 0 only if every receipt arrived.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { SyncResult } from '../cli/sync/sync.js';
import type { Analytics } from '../shared/api/analytics.js';
import { createSampleRepository } from './sample/sample.js';

const SERVER = fileURLToPath(new URL('../server/bin.js', import.meta.url));
const CLI = fileURLToPath(new URL('../cli/bin.js', import.meta.url));

const args = process.argv.slice(2);
const leave = args.includes('--exit');
const given = args.filter((arg) => !arg.startsWith('--'));

/** Runs a program of ours and answers what it printed on standard output; its progress goes to ours. */
async function run(
  script: string,
  scriptArgs: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, [script, ...scriptArgs], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { stdout: await text(child.stdout), code: await exited };
}

/** Starts the server and answers its address as soon as it listens. */
async function startServer(
  env: NodeJS.ProcessEnv,
): Promise<{ child: ChildProcess; url: string; stopped: Promise<number | null> }> {
  // A process group of its own: Ctrl-C reaches us, and we stop the server in order.
  const child = spawn(process.execPath, [SERVER, 'start', '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const stopped = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      const entry = JSON.parse(line) as { msg?: string; url?: string };
      if (entry.msg === 'listening') resolve(entry.url!);
    });
    stopped.then((code) => reject(new Error(`The server ended with code ${code} before it listened.`)));
  });
  return { child, url, stopped };
}

async function demo(folder: string): Promise<boolean> {
  const env = { ...process.env, BLAMEPROMPT_DATA_DIR: join(folder, 'data'), DATABASE_URL: '', LOG_LEVEL: 'info' };
  process.stdout.write('Starting the server with its own PostgreSQL …\n');
  const server = await startServer(env);
  const interrupted = new Promise<void>((resolve) =>
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve()),
  );
  try {
    const created = await run(SERVER, ['org', 'create', 'demo', '--name', 'Demo', '--json'], env);
    const { api_key } = JSON.parse(created.stdout) as { api_key: string };
    const repositories = given.length > 0 ? given : [await sample(folder)];
    // A home of its own: neither the user's configuration nor keys stored on this machine take part.
    const home = join(folder, 'home');
    await mkdir(home);
    const cli = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: '',
      BLAMEPROMPT_API_URL: server.url,
      BLAMEPROMPT_API_KEY: api_key,
    };
    const results: SyncResult[] = [];
    for (const repository of repositories) {
      process.stdout.write(`Syncing ${repository} …\n`);
      const { stdout, code } = await run(CLI, ['enterprise', 'sync', '-C', repository, '--stateless', '--json'], cli);
      if (code !== 0) throw new Error(`The sync of ${repository} ended with code ${code}: ${stdout.slice(0, 2000)}`);
      results.push(JSON.parse(stdout));
      const { notes, receipts } = results.at(-1)!;
      process.stdout.write(
        `  ${notes.read} notes read, ${notes.skipped.length} skipped with a reason; ${receipts.inserted} new receipts\n`,
      );
    }
    const shown = await run(CLI, ['enterprise', 'analytics'], cli);
    process.stdout.write(`\n${shown.stdout}\n`);
    const { stdout } = await run(CLI, ['enterprise', 'analytics', '--json'], cli);
    const arrived = everythingArrived(results, JSON.parse(stdout));
    process.stdout.write(`The API:      ${server.url}/api/v1/openapi.json\nThe API key:  ${api_key}\n`);
    if (!leave) {
      process.stdout.write('Press Ctrl-C to stop; the data goes with it.\n');
      await interrupted;
    }
    return arrived;
  } finally {
    server.child.kill('SIGTERM');
    await server.stopped;
  }
}

function everythingArrived(results: SyncResult[], { total_receipts }: Analytics): boolean {
  const inserted = results.reduce((sum, { receipts }) => sum + receipts.inserted, 0);
  const accounted = results.every(
    ({ receipts: { sent, inserted: fresh, duplicates, amended } }) => sent === fresh + duplicates + amended,
  );
  if (accounted && total_receipts === inserted) return true;
  process.stderr.write(`Not every receipt arrived: ${inserted} were inserted, the server counts ${total_receipts}.\n`);
  return false;
}

async function sample(folder: string): Promise<string> {
  const repository = join(folder, 'sample');
  await createSampleRepository(repository);
  return repository;
}

const folder = await mkdtemp(join(tmpdir(), 'blameprompt-demo-'));
await chmod(folder, 0o711); // as root PostgreSQL runs as another user, who must reach its data below
try {
  process.exitCode = (await demo(folder)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
