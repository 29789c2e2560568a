import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { startTestServer, type TestServer } from '../../test/server.js';
import { createHttpServer } from './http-server.js';
import { addressOf, listen } from './listen.js';

/** A socket that says what it is told, and keeps what it hears until the server closes it. */
function talk(
  t: ExecutionContext,
  { origin }: Pick<TestServer, 'origin'>,
  first: string,
): { socket: Socket; heard: Promise<string> } {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname, () => socket.write(first));
  t.teardown(() => socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  return { socket, heard: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

// Long enough that a busy machine asks /livez in time.
const LIMITS = { headersMs: 1000, requestMs: 2000 };

test('a client that never ends its headers is answered 408 and closed', async (t) => {
  const server = await startTestServer({ connections: LIMITS });
  t.teardown(server.stop);
  const { heard } = talk(t, server, 'GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const text = await heard;
  t.regex(text, /^HTTP\/1\.1 408 /);
  t.is(JSON.parse(text.split('\r\n\r\n')[1]!).code, 'request_timeout');
});

test('a client whose body comes drop by drop is closed when its time is over, and nothing is stored', async (t) => {
  const server = await startTestServer({ connections: LIMITS });
  t.teardown(server.stop);
  const org = await server.createOrg();
  const head = `POST /api/v1/receipts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${org.key}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`;
  const { socket, heard } = talk(t, server, head);
  const drops = setInterval(() => socket.writable && socket.write(' '), 20);
  t.teardown(() => clearInterval(drops));
  t.regex(await heard, /^(HTTP\/1\.1 4|$)/);
  t.is((await server.request('/livez')).status, 200);
});

test('headers that are too large and what is no HTTP are problems, not silence', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  for (const [first, status, code] of [
    [`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['HELO example.com\r\n\r\n', 400, 'bad_request'],
  ] as const) {
    const text = await talk(t, server, first).heard;
    t.true(text.startsWith(`HTTP/1.1 ${status} `), text);
    t.regex(text, /content-type: application\/problem\+json/i);
    t.is(JSON.parse(text.split('\r\n\r\n')[1]!).code, code);
  }
});

test('connections over the limit are closed at once, and the first ones are served', async (t) => {
  const server = await startTestServer({ connections: { maxConnections: 2 } });
  t.teardown(server.stop);
  const first = talk(t, server, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => first.socket.once('data', resolve));
  const second = talk(t, server, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => second.socket.once('data', resolve));
  t.is(await talk(t, server, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n').heard, '');
  first.socket.write('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  t.is((await first.heard).match(/HTTP\/1\.1 200/g)?.length, 2);
});

test('a client that asks for much and takes nothing is cut off', async (t) => {
  const server = createHttpServer((_, res) => res.end(Buffer.alloc(64 * 1024 * 1024)), {
    ...{ headersMs: 60_000, requestMs: 60_000, sendMs: 100, maxConnections: 10 },
  });
  await listen(server, '127.0.0.1', 0);
  t.teardown(() => once(server.close(), 'close'));
  const answered = once(server, 'request');
  const { socket, heard } = talk(t, { origin: addressOf(server) }, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  const [, res] = await answered;
  await once(res, 'close');
  socket.resume();
  t.true((await heard).length < 64 * 1024 * 1024);
});
