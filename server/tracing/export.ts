import type { Logger } from '../log.js';
import { toOtlp } from './otlp.js';
import type { TracingSettings } from './settings.js';
import { recordSpans, type Span } from './span.js';

/** Spans that wait at most, about 1 KB each; more are dropped. Spans of one request to the collector. */
const MAX_WAITING = 8192;
const BATCH = 512;
/** Between two looks at what waits, and the longest pause after failures, in milliseconds. */
const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** What waits when the server stops is sent within this time, in milliseconds. */
const STOP_MS = 3000;
/** Answers after which the same batch is sent again (OTLP). */
const RETRY = new Set([429, 502, 503, 504]);

export interface Exporter {
  /** Sends what waits, in bounded time, and makes no more spans. */
  stop(): Promise<void>;
}

/**
 * Makes spans from here on, and sends them to a collector as OTLP/JSON over HTTP, beside the server's work: nobody waits for it, what
 * does not fit in the queue is dropped, and of a collector that fails the log tells once, and once that it is back.
 */
export function startExporter(settings: TracingSettings, log: Logger): Exporter {
  const waiting: Span[] = [];
  const stopping = new AbortController();
  let dropped = 0;
  let failures = 0;
  let timer: NodeJS.Timeout;

  recordSpans({
    sampler: settings.sampler,
    record: (span) => {
      if (waiting.length < MAX_WAITING) waiting.push(span);
      else dropped++;
    },
  });

  async function sendBatch(): Promise<boolean> {
    const batch = waiting.slice(0, BATCH);
    const fault = await post(settings, toOtlp(batch, settings.resource), stopping.signal);
    if (fault && failures++ === 0) log.warn({ fault: fault.what }, 'traces cannot be sent to the collector');
    if (fault?.again) return false;
    waiting.splice(0, batch.length);
    if (fault) dropped += batch.length;
    else if (failures > 0 || dropped > 0) {
      log.info({ dropped }, failures > 0 ? 'traces are sent again' : 'more spans came than the collector took');
      failures = dropped = 0;
    }
    return true;
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0 && (await sendBatch()));
  }

  let sending = Promise.resolve();
  const later = () => {
    timer = setTimeout(
      () => {
        sending = sendAll().then(() => {
          if (!stopping.signal.aborted) later();
        });
      },
      Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** Math.min(failures, 5)),
    );
    timer.unref();
  };
  later();

  return {
    async stop() {
      recordSpans(undefined);
      const limit = setTimeout(() => stopping.abort(), STOP_MS);
      await sending;
      clearTimeout(timer);
      await sendAll();
      clearTimeout(limit);
      if (waiting.length > 0) log.warn({ dropped: waiting.length + dropped }, 'traces were not sent before the end');
    },
  };
}

/** Posts a batch. Never throws: what is wrong comes back, and whether the same batch may go through later. Redirects are not followed: headers hold keys. */
async function post(
  { url, headers, timeoutMs }: TracingSettings,
  body: string,
  stopping: AbortSignal,
): Promise<{ what: string; again: boolean } | undefined> {
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
    });
    await reply.body?.cancel();
    return reply.ok ? undefined : { what: `HTTP ${reply.status}`, again: RETRY.has(reply.status) };
  } catch (error) {
    const { name, cause } = error as { name: string; cause?: { code?: string } };
    return { what: cause?.code ?? name, again: true };
  }
}
