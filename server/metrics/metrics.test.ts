import { once } from 'node:events';
import test from 'ava';
import { REPO, receipt } from '../../test/fixtures.js';
import { startTestServer } from '../../test/server.js';
import { addressOf, listen } from '../http/listen.js';
import { createMetrics, poolGauges } from './metrics.js';
import { createMetricsServer } from './metrics-server.js';

test('metrics count requests by route and status, and receipts by what became of them', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const org = await server.createOrg();
  const twice = receipt();
  const post = (receipts: object[]) =>
    server.request('/api/v1/receipts', { key: org.key, body: { repo: REPO, receipts } });
  await post([twice, receipt(), {}]);
  await post([twice]);
  await post([{ ...twice, model: 'other' }]);
  await server.request('/api/v1/receipts/unmistakable', { key: org.key });
  await server.request('/unmistakable/path?unmistakable=1', { method: 'PURGE' });
  const { text } = await server.metrics.render();
  const value = (line: string) =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.slice(line.length),
    );
  t.is(value('blameprompt_ingest_receipts_total{outcome="inserted"}'), 2);
  t.is(value('blameprompt_ingest_receipts_total{outcome="duplicates"}'), 1);
  t.is(value('blameprompt_ingest_receipts_total{outcome="amended"}'), 1);
  t.is(value('blameprompt_ingest_receipts_total{outcome="rejected"}'), 1);
  const requests = (labels: string) => value(`blameprompt_http_request_duration_seconds_count{${labels}}`);
  t.is(requests('method="POST",route="/api/v1/receipts",status="200"'), 3);
  t.is(requests('method="GET",route="/api/v1/receipts/:id",status="404"'), 1);
  t.is(requests('method="any",route="none",status="501"'), 1);
  t.true(text.includes('nodejs_eventloop_lag_seconds'));
  t.regex(text, /blameprompt_build_info\{version="0\.0\.0-test",node="v[\d.]+"\} 1/);
  t.false(text.includes('unmistakable') || text.includes(org.slug) || text.includes(org.id), 'labels are bounded');
});

test('/metrics is served beside the API, and a gauge that cannot be read costs its own line only', async (t) => {
  const metrics = createMetrics('1.2.3');
  poolGauges(metrics, { load: () => ({ running: 2, waiting: 7, size: 10 }) });
  metrics.gauge('blameprompt_broken', 'cannot be read', () => Promise.reject(new Error('down')));
  const server = createMetricsServer(metrics);
  t.teardown(() => once(server.close(), 'close'));
  await listen(server, '127.0.0.1', 0);
  const reply = await fetch(`${addressOf(server)}/metrics`, { headers: { connection: 'close' } });
  t.is(reply.status, 200);
  t.regex(reply.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  const text = await reply.text();
  for (const line of ['blameprompt_pool_size 10', 'blameprompt_pool_running 2', 'blameprompt_pool_waiting 7'])
    t.true(text.includes(`\n${line}\n`), line);
  t.notRegex(text, /^blameprompt_broken/m);
  t.is((await fetch(`${addressOf(server)}/api/v1/whoami`, { headers: { connection: 'close' } })).status, 404);
});
