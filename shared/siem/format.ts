import { toCef } from './cef.js';
import { toEcs } from './ecs.js';
import { type Bounds, bound, type SiemEvent, type SiemSource, toJsonLine, USUAL } from './event.js';
import { toOcsf } from './ocsf.js';
import { toSyslog } from './syslog.js';

export const SIEM_FORMATS = ['ocsf', 'ecs', 'cef', 'syslog', 'jsonl'] as const;
export type SiemFormat = (typeof SIEM_FORMATS)[number];

/** An event as one line, without the line's end. */
export function formatEvent(format: SiemFormat, event: SiemEvent, source: SiemSource): string {
  return format === 'syslog'
    ? withinLimit((short) => toSyslog(short, source), event)
    : render(format, bound(event, USUAL), source);
}

/** An event as a syslog message, in any of the formats, of at most MAX_SYSLOG bytes. */
export function syslogMessage(format: SiemFormat, event: SiemEvent, source: SiemSource): string {
  if (format === 'syslog') return formatEvent(format, event, source);
  return withinLimit((short) => toSyslog(short, source, render(format, short, source)), event);
}

/** Bytes of a syslog message: what collectors commonly take (RFC 5424, 6.1 promises 2048 at most, and lets them cut the rest). */
export const MAX_SYSLOG = 8192;

/** Tried one after the other: a message that is cut anywhere would be no message any more. The last one always fits. */
const BOUNDS: Bounds[] = [
  USUAL,
  { text: 500, detail: 2048 },
  { text: 200, detail: 0 },
  { text: 60, detail: 0 },
  { text: 20, detail: 0 },
];

function withinLimit(write: (event: SiemEvent) => string, event: SiemEvent): string {
  let line = '';
  for (const bounds of BOUNDS) {
    line = write(bound(event, bounds));
    if (Buffer.byteLength(line) <= MAX_SYSLOG) break;
  }
  return line;
}

function render(format: Exclude<SiemFormat, 'syslog'>, event: SiemEvent, source: SiemSource): string {
  if (format === 'cef') return toCef(event, source);
  if (format === 'jsonl') return toJsonLine(event.item);
  return toJsonLine(format === 'ocsf' ? toOcsf(event, source) : toEcs(event, source));
}
