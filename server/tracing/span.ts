import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { formatTraceparent, type SpanContext } from './traceparent.js';

/** The numbers of OTLP's SpanKind. */
export const SpanKind = { internal: 1, server: 2, client: 3 } as const;

/** Names after OpenTelemetry's semantic conventions. Never a key, a name of a person, a parameter or a text that somebody wrote. */
export type Attributes = Record<string, string | number>;

/** One piece of work, as it is sent. Times in microseconds since 1970. */
export interface Span extends SpanContext {
  parentId: string | undefined;
  name: string;
  kind: number;
  start: number;
  end: number;
  attributes: Attributes;
  failed: boolean;
}

export interface SpanOptions {
  kind?: number;
  attributes?: Attributes;
  /** What a caller sent. Without: the span that is open here, if any. */
  parent?: SpanContext | undefined;
}

export interface Recorder {
  /** Whether a trace is sent that begins with this id. */
  sampler(traceId: string, parent: SpanContext | undefined): boolean;
  /** Takes a span that ended. Neither waits nor throws. */
  record(span: Span): void;
}

let recorder: Recorder | undefined;
const open = new AsyncLocalStorage<Span>();

/** From here on spans are made, and given to `to`; undefined: no more. */
export function recordSpans(to: Recorder | undefined): void {
  recorder = to;
}

/** Runs `work` in a span of its own, in which later ones are its children. Without a recorder it only runs `work`, which then gets no span. */
export async function traced<T>(
  name: string,
  { kind = SpanKind.internal, attributes = {}, parent = open.getStore() }: SpanOptions,
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  if (!recorder) return work();
  const traceId = parent?.traceId ?? randomHex();
  const span: Span = {
    traceId,
    spanId: randomHex().slice(16),
    sampled: recorder.sampler(traceId, parent),
    parentId: parent?.spanId,
    ...{ name, kind, attributes, start: now(), end: 0, failed: false },
  };
  try {
    return await open.run(span, () => work(span));
  } catch (error) {
    span.failed = true;
    span.attributes['error.type'] = typeOf(error);
    throw error;
  } finally {
    span.end = now();
    if (span.sampled) recorder?.record(span);
  }
}

/** A transaction within a span. What runs by itself every second to see if there is work makes none. */
export function tracedTransaction<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!open.getStore()) return work();
  return traced(name, { kind: SpanKind.client, attributes: { 'db.system.name': 'postgresql' } }, work);
}

/** What tells another server which trace its work belongs to: W3C Trace Context. */
export function traceHeaders(): Record<string, string> {
  const span = open.getStore();
  return span ? { traceparent: formatTraceparent(span) } : {};
}

/** What a line of the log says of its trace. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const span = open.getStore();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** The code or the class of an error. Its message may hold what somebody wrote. */
function typeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return String(code ?? name ?? typeof error).slice(0, 100);
}

/** 32 digits, at least the last 15 of them random. Node keeps a store of random bytes for UUIDs: `randomBytes`, which has none, made a span cost 100 µs. */
const randomHex = () => randomUUID().replaceAll('-', '');

/** By the monotonic clock: a span must not end before it began. */
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
