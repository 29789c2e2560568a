import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { toNetworks } from './addresses.js';
import { guardedAgent } from './guard.js';
import { type Received, startReceiver } from './receiver.test.support.js';
import { send } from './send.js';

const { signal } = new AbortController();

async function post(t: ExecutionContext, url: string, { allow = ['127.0.0.1'], timeoutMs = 10_000 } = {}) {
  const agent = guardedAgent(toNetworks(allow), timeoutMs);
  t.teardown(() => agent.destroy());
  return send(agent, url, { 'webhook-id': 'a' }, '{}', { signal, timeoutMs });
}

async function receiver(t: ExecutionContext, reply: (response: ServerResponse, received: Received) => void) {
  const made = await startReceiver(reply);
  t.teardown(made.stop);
  return made;
}

test('an address that is not allowed is not connected to, however it is written or named', async (t) => {
  const { url, received } = await receiver(t, (response) => response.end());
  const { port } = new URL(url);
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0']) {
    for (const scheme of ['http', 'https']) {
      const { status, error } = await post(t, `${scheme}://${host}:${port}/`, { allow: [] });
      t.is(status, null, host);
      t.regex(error!, /may not send to/, host);
    }
  }
  t.is(received.length, 0);
  t.is((await post(t, url)).status, 200);
});

test('plain HTTP goes to loopback only, also when a network is allowed', async (t) => {
  const { error } = await post(t, 'http://10.255.255.1/', { allow: ['10.0.0.0/8'] });
  t.regex(error!, /may not send to/);
});

test('a redirect is not followed', async (t) => {
  const target = await receiver(t, (response) => response.end());
  const { url } = await receiver(t, (response) => response.writeHead(307, { location: target.url }).end('elsewhere'));
  t.like(await post(t, url), { status: 307, body: 'elsewhere', error: null });
  t.is(target.received.length, 0);
});

test('of a reply without end its first kilobyte is read', async (t) => {
  let written = 0;
  const { url } = await receiver(t, (response) => {
    const more = () => {
      while (!response.destroyed && written < 1e9) {
        written += 65_536;
        if (!response.write('x\0'.repeat(32_768))) return void response.once('drain', more);
      }
    };
    more();
  });
  const { status, body } = await post(t, url);
  t.is(status, 200);
  t.is(body, 'x'.repeat(512), 'without what the database cannot keep');
  t.true(written < 1e8, String(written));
});

test('a receiver that never answers, or answers a byte at a time, is given up', async (t) => {
  const silent = await receiver(t, () => {});
  t.regex((await post(t, silent.url, { timeoutMs: 200 })).error!, /no answer|timeout/i);
  const slow = await receiver(t, (response) => {
    response.write('x');
    const timer = setInterval(() => response.write('x'), 20);
    response.once('close', () => clearInterval(timer));
  });
  const { status, error } = await post(t, slow.url, { timeoutMs: 2000 });
  t.is(error, null);
  t.is(status, 200, 'it did say 200');
  const endless = createServer((socket) => {
    socket.on('error', () => {});
    const timer = setInterval(() => socket.write(`x-${Date.now()}: ${'y'.repeat(100)}\r\n`), 1);
    socket.write('HTTP/1.1 200 OK\r\n');
    socket.once('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
  t.teardown(() => endless.close());
  const headers = await post(t, `http://127.0.0.1:${(endless.address() as AddressInfo).port}/`);
  t.is(headers.status, null);
  t.truthy(headers.error);
});
