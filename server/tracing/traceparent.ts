/** Where a piece of work stands in a trace: ids in hexadecimal, 32 and 16 digits. */
export interface SpanContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** Later versions may add fields after the flags; this one may not. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;

/** The header `traceparent` (W3C Trace Context). Undefined: it is not there or not valid, and a new trace begins. */
export function parseTraceparent(header: string): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, sampled }: SpanContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}
