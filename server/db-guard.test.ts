import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { SERVER } from '../test/cli.js';
import { createTestDatabase, databaseEnv } from '../test/database.js';
import { until } from './embedded/until.js';

const FIELDS = 'SFATAL\0VFATAL\0C57P03\0Mthe database system is shutting down\0\0';

/** What a backend says last, in PostgreSQL's protocol. */
function fatalError(): Buffer {
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + FIELDS.length, 1);
  return Buffer.concat([head, Buffer.from(FIELDS)]);
}

/** A way to a PostgreSQL that ends `count` connections, when told to, with their first query. */
async function openWay(t: ExecutionContext, target: URL) {
  const sockets = new Set<Socket>();
  let left = 0;
  const server = createServer((client) => {
    const inner = dial(Number(target.port), target.hostname);
    inner.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      if (left > 0 && /typarray|begin/.test(chunk.toString('latin1'))) {
        left--;
        client.end(fatalError());
        inner.destroy();
      } else inner.write(chunk);
    });
    for (const socket of [client, inner]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        inner.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.teardown(() => {
    cut();
    server.close();
  });
  return {
    url: url.href,
    left: () => left,
    /** Ends all connections, and `count` of those that are opened next. */
    end(count: number) {
      left = count;
      cut();
    },
  };
}

test('a server lives on when PostgreSQL goes away as soon as a connection is open', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const way = await openWay(t, new URL(database.url));
  const child = spawn(process.execPath, [SERVER, '--port', '0'], {
    env: { PATH: process.env.PATH, ...databaseEnv(database), DATABASE_URL: way.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exit;
  });
  const lines: { msg: string; url?: string }[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(JSON.parse(line)));
  const url = await until(() => lines.find(({ msg }) => msg === 'listening')?.url, 30_000);
  way.end(3);
  const isReady = async () => {
    const { status } = await fetch(`${url}/readyz`);
    return (way.left() === 0 && status === 200) || undefined;
  };
  t.true(await until(isReady, 60_000));
  t.is(child.exitCode, null);
});
