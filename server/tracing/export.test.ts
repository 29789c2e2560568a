import test from 'ava';
import { pino } from 'pino';
import { startCollector } from './collector.test.support.js';
import { startExporter } from './export.js';
import { readTracing } from './settings.js';
import { traced, traceHeaders } from './span.js';

test.serial(
  'a batch that the collector may take later is sent again; what does not fit in the queue is dropped and told',
  async (t) => {
    let refusals = 2;
    const collector = await startCollector((response) => {
      response.writeHead(refusals-- > 0 ? 503 : 200).end();
    });
    t.teardown(collector.stop);
    const log: Record<string, unknown>[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) });
    const exporter = startExporter(readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })!, logger);
    for (let i = 0; i < 8200; i++) await traced(`span ${i}`, {}, async () => {});
    await collector.until(() => collector.spans.length >= 8192);
    await exporter.stop();
    t.deepEqual(
      collector.spans.map(({ name }) => name),
      Array.from({ length: 8192 }, (_, i) => `span ${i}`),
      'each once, in their order',
    );
    t.deepEqual(
      log.map(({ msg, fault, dropped }) => ({ msg, fault, dropped })),
      [
        { msg: 'traces cannot be sent to the collector', fault: 'HTTP 503', dropped: undefined },
        { msg: 'traces are sent again', fault: undefined, dropped: 8 },
      ],
    );
    await traced('later', {}, async (span) => t.is(span, undefined, 'a stopped exporter makes no spans'));
  },
);

test.serial('a failed piece of work is told by the code or class of its error, and its error goes on', async (t) => {
  const collector = await startCollector();
  t.teardown(collector.stop);
  const exporter = startExporter(
    readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })!,
    pino({ level: 'silent' }),
  );
  const fail = (error: unknown) =>
    t.throwsAsync(
      traced('work', {}, () => Promise.reject(error)),
      { is: error as Error },
    );
  await fail(new TypeError('unmistakable'));
  await fail(Object.assign(new Error('unmistakable'), { code: '23505' }));
  t.deepEqual(traceHeaders(), {}, 'no span is open any more');
  await exporter.stop();
  t.deepEqual(
    collector.spans.map(({ status, attributes }) => [status.code, attributes['error.type']]),
    [
      [2, 'TypeError'],
      [2, '23505'],
    ],
  );
  t.false(collector.received[0]!.body.includes('unmistakable'));
});
