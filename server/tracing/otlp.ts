import { version } from '../version.js';
import type { Attributes, Span } from './span.js';

const ERROR = 2;

/** Spans as an ExportTraceServiceRequest in OTLP's JSON. */
export function toOtlp(spans: readonly Span[], resource: Record<string, string>): string {
  const scope = { name: 'blameprompt-server', version };
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues({ 'service.version': version, ...resource }) },
        scopeSpans: [{ scope, spans: spans.map(toSpan) }],
      },
    ],
  });
}

const toSpan = ({ traceId, spanId, parentId, name, kind, start, end, attributes, failed }: Span) => ({
  ...{ traceId, spanId, name, kind },
  ...(parentId && { parentSpanId: parentId }),
  startTimeUnixNano: `${start}000`,
  endTimeUnixNano: `${end}000`,
  attributes: keyValues(attributes),
  status: failed ? { code: ERROR } : {},
});

const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
