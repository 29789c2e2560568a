import { type Logger, type LoggerOptions, pino } from 'pino';
import { traceIds } from './tracing/span.js';

export type { Logger };

/**
 * How errors are written. PostgreSQL puts whole rows into an error's `detail` ("Failing row contains …"), and rows hold
 * prompts and people: only what names the fault is kept.
 */
export const logOptions: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  mixin: traceIds,
  formatters: { level: (label) => ({ level: label }) },
  serializers: {
    err: ({ name, code, message, stack }: Error & { code?: string }) => ({ name, code, message, stack }),
  },
};

/** JSON lines on standard output. Keys, prompts and query strings are never handed to it. */
export function createLogger(level: string): Logger {
  return pino({ ...logOptions, level });
}
