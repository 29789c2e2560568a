import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { CLI, run, temporaryFolder } from './cli.js';
import { REPO, receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

test('a page that the server did not fill is filled by asking on', async (t) => {
  const { key } = await server.createOrg();
  const receipts = Array.from({ length: 5 }, (_, n) => receipt({ timestamp: `2026-02-14T10:00:0${n}Z` }));
  await server.request('/api/v1/receipts', { key, body: { repo: REPO, receipts } });
  // The server as it is with more receipts than it can look at in its time: each second page has none, the others one.
  const asked: string[] = [];
  const slow = createServer(async ({ url }, reply) => {
    const address = new URL(url!, server.origin);
    asked.push(address.searchParams.get('limit')!);
    address.searchParams.set('limit', '1');
    const { body } = await server.request(`${address.pathname}${address.search}`, { key });
    const cursor = address.searchParams.get('cursor');
    const page = asked.length % 2 === 0 ? { receipts: [], next_cursor: cursor } : body;
    reply.setHeader('content-type', 'application/json').end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    slow.closeAllConnections();
    slow.close();
  });
  const home = await temporaryFolder(t);
  const env = {
    HOME: home,
    BLAMEPROMPT_API_URL: `http://127.0.0.1:${(slow.address() as AddressInfo).port}`,
    BLAMEPROMPT_API_KEY: key,
  };
  const list = async (...args: string[]) => {
    const outcome = await run(CLI, ['enterprise', 'receipts', '--json', ...args], { cwd: home, env });
    t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
    return outcome.json as { receipts: { id: string }[]; next_cursor: string | null };
  };
  const newest = receipts.map(({ id }) => id).reverse();
  const first = await list('--limit', '3');
  t.deepEqual(asked, ['3', '2', '2', '1', '1']);
  t.deepEqual(
    first.receipts.map(({ id }) => id),
    newest.slice(0, 3),
  );
  const rest = await list('--limit', '3', '--cursor', first.next_cursor!);
  t.deepEqual(
    rest.receipts.map(({ id }) => id),
    newest.slice(3),
  );
  t.is(rest.next_cursor, null);
});
