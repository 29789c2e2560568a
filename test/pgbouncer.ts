import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface PgBouncer {
  /** The URL that was given, by way of it. */
  url: string;
  stop(): Promise<void>;
}

/**
 * A PgBouncer in transaction mode before the server and for the login of `url`; databases keep their names. Four connections
 * to each of them, fewer than most pools have, in turn: what one transaction leaves on its connection, others meet.
 * Undefined where none is installed.
 */
export async function startPgBouncer(url: string): Promise<PgBouncer | undefined> {
  if (!(await promisify(execFile)('pgbouncer', ['--version']).catch(() => undefined))) return undefined;
  const { hostname, port, username, password } = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'bp-pgbouncer-'));
  await chmod(folder, 0o755);
  const listen = await freePort();
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
    * = host=${hostname} port=${port || 5432}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${listen}
    unix_socket_dir =
    auth_type = scram-sha-256
    auth_file = ${users}
    pool_mode = transaction
    default_pool_size = 4
    server_round_robin = 1
    max_client_conn = 1000
    log_connections = 0
    log_disconnections = 0
    `.replace(/^ +/gm, ''),
  );
  // It refuses to run as root.
  const child = spawn('pgbouncer', [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // Ctrl-C is for the tests, which still need it to end
  });
  const exit = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
    await rm(folder, { recursive: true });
  };
  let said = '';
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes('process up')) break;
  }
  if (!said.includes('process up')) {
    await stop();
    throw new Error(`pgbouncer did not start: ${said}`);
  }
  child.stderr.resume();
  const through = new URL(url);
  through.host = `127.0.0.1:${listen}`;
  return { url: through.href, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
