import { ServerError } from '../errors.js';
import { samplers } from './sampler.js';
import type { Recorder } from './span.js';

/** Where traces go, and which. */
export interface TracingSettings {
  url: string;
  headers: Record<string, string>;
  /** Of one request to the collector, in milliseconds. */
  timeoutMs: number;
  /** What OpenTelemetry calls the resource; has `service.name`. */
  resource: Record<string, string>;
  sampler: Recorder['sampler'];
}

type Environment = Record<string, string | undefined>;

/** The standard environment variables of OpenTelemetry. Undefined: none of them asks for traces. Throws a ServerError for one that cannot be followed. */
export function readTracing(env: Environment): TracingSettings | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return undefined;
  const url = endpointOf(env);
  if (!url) return undefined;
  const read = (name: string) => env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`];
  if (read('PROTOCOL') === 'grpc')
    throw invalid('OTEL_EXPORTER_OTLP_PROTOCOL', 'cannot be grpc: give the endpoint of OTLP over HTTP (port 4318)');
  const timeoutMs = Number(read('TIMEOUT') || 10_000);
  if (!(timeoutMs >= 1 && timeoutMs <= 600_000))
    throw invalid('OTEL_EXPORTER_OTLP_TIMEOUT', 'must be milliseconds, from 1 to 600000');
  return {
    url,
    timeoutMs,
    headers: {
      ...headersOf(env, 'OTEL_EXPORTER_OTLP_HEADERS'),
      ...headersOf(env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
    },
    resource: {
      'service.name': 'blameprompt-server',
      ...pairsOf(env, 'OTEL_RESOURCE_ATTRIBUTES'),
      ...(env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
    },
    sampler: samplerOf(env),
  };
}

function endpointOf(env: Environment): string | undefined {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const name = own ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const text = env[name];
  if (!text) return undefined;
  // Not the value: it may hold a password.
  if (!URL.canParse(text)) throw invalid(name, 'must be a URL, as http://collector:4318');
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol)) throw invalid(name, 'must begin with http:// or https://');
  if (url.username || url.password)
    throw invalid(name, 'must hold no user and password: they belong in OTEL_EXPORTER_OTLP_HEADERS');
  if (!own) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function samplerOf(env: Environment): Recorder['sampler'] {
  const make = samplers[env.OTEL_TRACES_SAMPLER || 'parentbased_always_on'];
  if (!make) throw invalid('OTEL_TRACES_SAMPLER', `must be one of ${Object.keys(samplers).join(', ')}`);
  const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG || 1);
  if (!(ratio >= 0 && ratio <= 1)) throw invalid('OTEL_TRACES_SAMPLER_ARG', 'must be a number from 0 to 1');
  return make(ratio);
}

function headersOf(env: Environment, name: string): Record<string, string> {
  const pairs = pairsOf(env, name);
  try {
    return Object.fromEntries(new Headers(pairs));
  } catch {
    // Without its cause, whose message holds the value, and that is a secret.
    throw invalid(name, 'holds a name or a value that no HTTP header may have');
  }
}

/** `name=value,name=value`, percent-encoded, as W3C Baggage. */
function pairsOf(env: Environment, name: string): Record<string, string> {
  const parts = (env[name] ?? '').split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=');
      try {
        if (at > 0) return [part.slice(0, at).trim(), decodeURIComponent(part.slice(at + 1).trim())];
      } catch {
        // a % that stands for nothing
      }
      throw invalid(name, 'must look like name=value,name=value, with %2C for a comma in a value');
    }),
  );
}

const invalid = (name: string, what: string) => new ServerError('invalid_config', `${name} ${what}.`);
