import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { type ReceivedSpan, startCollector } from '../server/tracing/collector.test.support.js';
import { startReceiver } from '../server/webhooks/receiver.test.support.js';
import { run, SERVER, temporaryFolder } from './cli.js';
import { createTestDatabase, databaseEnv } from './database.js';
import { REPO, receipt } from './fixtures.js';

const SIGNING_KEY = 'MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

/** The built server as a process, with what it logs. */
async function start(t: ExecutionContext, settings: Record<string, string>) {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const env = { ...databaseEnv(database), ...settings };
  const { json: made } = await run(SERVER, ['org', 'create', 'acme', '--json'], { env: databaseEnv(database) });
  const child = spawn(process.execPath, [SERVER, '--port', '0'], {
    env: { PATH: process.env.PATH, BLAMEPROMPT_SIGNING_KEY: SIGNING_KEY, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const log: any[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    exit.then(() => reject(new Error('the server ended')));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log.push(JSON.parse(line));
      if (log.at(-1).msg === 'listening') resolve(log.at(-1).url);
    });
  });
  const call = async (path: string, body?: object, headers: Record<string, string> = {}) => {
    const reply = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { 'x-api-key': made.api_key, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: JSON.parse(await reply.text()) };
  };
  const stop = async () => {
    child.kill('SIGTERM');
    return (await exit)[0];
  };
  return { call, log, stop, key: made.api_key as string };
}

const childrenOf = (spans: ReceivedSpan[], parent: ReceivedSpan) =>
  spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);

test('a request is a span in the trace of its caller, with its transactions below it, and its log lines name it', async (t) => {
  const collector = await startCollector();
  t.teardown(collector.stop);
  const { call, log, stop, key } = await start(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=of%20the%20collector',
    OTEL_SERVICE_NAME: 'blameprompt-test',
  });
  const traceparent = `00-${TRACE}-${CALLER}-01`;
  const sent = receipt({
    prompt_summary: 'unmistakable prompt',
    user_name: 'Unmistakable Person',
    user_email: 'unmistakable@example.com',
  });
  t.is((await call('/api/v1/receipts', { repo: REPO, receipts: [sent] }, { traceparent })).status, 200);
  await call('/api/v1/receipts?user=unmistakable%40example.com');
  await call('/api/v1/teams/00000000-0000-4000-8000-000000000000/members/unmistakable%40example.com');
  await call('/unmistakable');
  t.is(await stop(), 0, 'what waits is sent before the end');

  const spans = collector.spans;
  const [post] = spans.filter(({ name }) => name === 'POST /api/v1/receipts');
  t.like(post, {
    traceId: TRACE,
    parentSpanId: CALLER,
    kind: 2,
    status: {},
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/api/v1/receipts',
      'http.response.status_code': '200',
      'url.scheme': 'http',
    },
  });
  const transactions = childrenOf(spans, post!);
  t.deepEqual(
    [...new Set(transactions.map(({ name }) => name))],
    ['withSystem', 'withTenant'],
    'sign-in, then storing',
  );
  for (const child of transactions) {
    t.like(child, { traceId: TRACE, kind: 3, attributes: { 'db.system.name': 'postgresql' } });
    t.true(child.startTimeUnixNano >= post!.startTimeUnixNano && child.endTimeUnixNano <= post!.endTimeUnixNano);
  }
  const [other] = spans.filter(({ name }) => name === 'GET /api/v1/receipts');
  t.regex(other!.traceId, /^[0-9a-f]{32}$/);
  t.not(other!.traceId, TRACE);
  t.is(other!.parentSpanId, undefined);
  t.true(spans.some(({ name, attributes }) => name === 'GET' && attributes['http.response.status_code'] === '404'));
  t.false(
    spans.some(({ name, parentSpanId }) => name.startsWith('with') && !parentSpanId),
    'looking for work every second makes no traces',
  );

  const [line] = log.filter(({ method, route }) => method === 'POST' && route === '/api/v1/receipts');
  t.like(line, { trace_id: TRACE, span_id: post!.spanId });
  t.like(collector.received[0], { path: '/v1/traces', headers: { 'api-key': 'of the collector' } });
  const everything = collector.received.map(({ body }) => body).join('\n');
  t.true(everything.includes('"blameprompt-test"'));
  for (const secret of [key, key.slice(-20), 'nmistakable', 'acme', 'of the collector'])
    t.false(everything.includes(secret), secret);
});

test('a job is a trace of its own, and a webhook that it sends is told of it', async (t) => {
  const collector = await startCollector();
  const receiver = await startReceiver((response) => response.writeHead(204).end());
  t.teardown(collector.stop);
  t.teardown(receiver.stop);
  const { call } = await start(t, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path`,
    BLAMEPROMPT_WEBHOOK_ALLOW: '127.0.0.1',
  });
  const url = `${receiver.url}/unmistakable`;
  const { webhook } = (await call('/api/v1/webhooks', { url, events: ['key.changed'] })).body;
  await call(`/api/v1/webhooks/${webhook.id}/test`, {});
  const isDelivery = ({ name, attributes }: ReceivedSpan) => name === 'POST' && 'server.address' in attributes;
  await collector.until(() => collector.spans.some(isDelivery) && collector.spans.some(({ name }) => name === 'fold'));
  const span = collector.spans.find(isDelivery)!;
  await collector.until(() => collector.spans.some(({ spanId }) => spanId === span.parentSpanId));
  const job = collector.spans.find(({ spanId }) => spanId === span.parentSpanId)!;
  t.like(job, { name: 'job webhooks.deliver', kind: 1, traceId: span.traceId });
  t.is(job.parentSpanId, undefined);
  t.true(childrenOf(collector.spans, job).some(({ name }) => name === 'withTenant'));
  t.like(span, { kind: 3, attributes: { 'server.address': '127.0.0.1', 'http.response.status_code': '204' } });
  t.is(receiver.received[0]!.headers.traceparent, `00-${span.traceId}-${span.spanId}-01`);
  t.is(collector.received[0]!.path, '/own/path');
  t.false(collector.received.some(({ body }) => body.includes('unmistakable')));
});

test('a trace that the caller does not sample is not sent, but named in the log', async (t) => {
  const collector = await startCollector();
  t.teardown(collector.stop);
  const { call, log, stop } = await start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await call('/api/v1/whoami', undefined, { traceparent: `00-${TRACE}-${CALLER}-00` });
  await stop();
  t.false(collector.spans.some(({ traceId }) => traceId === TRACE));
  t.true(log.some(({ trace_id, route }) => trace_id === TRACE && route === '/api/v1/whoami'));
});

for (const [what, reply] of [
  ['is not there', undefined],
  ['never answers', () => {}],
  ['refuses what it gets', (response: ServerResponse) => response.writeHead(400).end()],
] as const) {
  test(`a collector that ${what} costs one line in the log; requests are answered and the server stops`, async (t) => {
    const collector = await startCollector(reply);
    t.teardown(collector.stop);
    if (!reply) collector.stop();
    const { call, log, stop } = await start(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '50',
    });
    const hasFailed = () => log.some(({ msg }) => msg === 'traces cannot be sent to the collector');
    while (!hasFailed()) t.is((await call('/api/v1/whoami')).status, 200);
    for (let i = 0; i < 20; i++) t.is((await call('/api/v1/whoami')).status, 200);
    t.is(await stop(), 0);
    t.is(log.filter(({ msg }) => msg === 'traces cannot be sent to the collector').length, 1);
    t.is(log.at(-1).msg, 'stopped');
  });
}

/** The files of the server that a process loaded, by V8's own account. */
async function loaded(folder: string): Promise<string[]> {
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((one) => JSON.parse(one).result.map(({ url }: { url: string }) => url));
}

test('without its variables, and when it is switched off, nothing of it is loaded and no line of the log has a trace', async (t) => {
  const collector = await startCollector();
  t.teardown(collector.stop);
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  for (const settings of [endpoint, {}, { ...endpoint, OTEL_SDK_DISABLED: 'true' }] as Record<string, string>[]) {
    const coverage = await temporaryFolder(t);
    const { call, log, stop } = await start(t, { ...settings, NODE_V8_COVERAGE: coverage });
    const before = collector.received.length;
    await call('/api/v1/whoami', undefined, { traceparent: `00-${TRACE}-${CALLER}-01` });
    t.is(await stop(), 0);
    const isOn = settings === endpoint;
    const files = await loaded(coverage);
    t.true(files.some((file) => file.endsWith('/server/tracing/span.js')));
    t.is(
      files.some((file) => file.endsWith('/server/tracing/export.js')),
      isOn,
    );
    t.is(
      log.some((line) => 'trace_id' in line || 'span_id' in line),
      isOn,
    );
    t.is(collector.received.length > before, isOn);
  }
});
