import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from './cli.js';

/** A PgBouncer in transaction mode before a database, for one test. Undefined where none is installed. */
export async function startPgBouncer(t: ExecutionContext, url: string): Promise<string | undefined> {
  if (!(await promisify(execFile)('pgbouncer', ['--version']).catch(() => undefined))) return undefined;
  const { hostname, port, pathname, username, password } = new URL(url);
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755);
  const listen = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
    app = host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username} password=${password}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${listen}
    unix_socket_dir =
    auth_type = any
    pool_mode = transaction
    default_pool_size = 4
    `.replace(/^ +/gm, ''),
  );
  // It refuses to run as root.
  const child = spawn('pgbouncer', [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  let said = '';
  for await (const chunk of child.stderr) {
    said += chunk;
    if (said.includes('process up')) break;
  }
  if (!said.includes('process up')) throw new Error(`pgbouncer did not start: ${said}`);
  return `postgres://any@127.0.0.1:${listen}/app`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
