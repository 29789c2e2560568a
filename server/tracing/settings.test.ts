import test from 'ava';
import { ServerError } from '../errors.js';
import { readTracing } from './settings.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test('traces are asked for by an endpoint, and can be switched off all the same', (t) => {
  t.is(readTracing({}), undefined);
  t.is(readTracing({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }), undefined);
  t.is(readTracing({ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }), undefined);
  t.is(readTracing({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }), undefined);
  t.like(readTracing(ENDPOINT), {
    url: 'http://collector:4318/v1/traces',
    timeoutMs: 10_000,
    headers: {},
    resource: { 'service.name': 'blameprompt-server' },
  });
  t.is(readTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' })?.url, 'https://c/otlp/v1/traces');
  t.is(readTracing({ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/own' })?.url, 'https://c/own');
});

test('headers and resource are lists of percent-encoded pairs, and the more special variable wins', (t) => {
  const settings = readTracing({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%2Cb, x-scope=all,',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope=traces==',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=one,deployment.environment.name=test',
    OTEL_SERVICE_NAME: 'two',
  });
  t.deepEqual(settings?.headers, { 'api-key': 'a,b', 'x-scope': 'traces==' });
  t.deepEqual(settings?.resource, { 'service.name': 'two', 'deployment.environment.name': 'test' });
});

test('what cannot be followed is an error that names the variable and never its value', (t) => {
  const wrong: [string, string][] = [
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'unmistakable'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'unix:///unmistakable'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://unmistakable:word@collector'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'unmistakable'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=unmistakable%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=unmistakable%0Aother'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'unmistakable'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ];
  for (const [name, value] of wrong) {
    const error = t.throws(() => readTracing({ ...ENDPOINT, [name]: value }), { instanceOf: ServerError }, name);
    t.true(error.message.startsWith(name));
    t.false(error.message.includes('unmistakable'));
    t.is(error.cause, undefined);
  }
});

test('samplers follow the caller, or decide by the id of the trace', (t) => {
  const sampled = (sampler: string | undefined, ratio: string, end: string, parent?: boolean) => {
    const env = { ...ENDPOINT, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio };
    const traceId = end.padStart(32, '0');
    const context = parent === undefined ? undefined : { traceId, spanId: 'a', sampled: parent };
    return readTracing(env)!.sampler(traceId, context);
  };
  const [low, middle, high] = ['0000000000000', '8000000000000', 'fffffffffffff'];
  t.true(sampled(undefined, '', low!));
  t.false(sampled(undefined, '', low!, false));
  t.true(sampled('always_on', '', low!, false));
  t.false(sampled('always_off', '', high!, true));
  t.true(sampled('parentbased_always_off', '', low!, true));
  t.deepEqual(
    ['0', '0.25', '0.5', '1'].map((ratio) => [low, middle, high].map((end) => sampled('traceidratio', ratio, end!))),
    [
      [false, false, false],
      [false, false, true],
      [false, true, true],
      [true, true, true],
    ],
  );
  t.true(sampled('parentbased_traceidratio', '0', low!, true));
  t.false(sampled('parentbased_traceidratio', '1', high!, false));
});
