const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** Receipts are from the age of AI recorders; anything outside is a fault of the clock or of the sender. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/**
 * An RFC 3339 timestamp in UTC with microseconds (`2026-02-25T11:42:36.002470Z`), which is what PostgreSQL keeps;
 * `Date` alone would lose the last three digits and with them the equality of content. Undefined when the text is
 * no timestamp, names a day that does not exist, or lies outside 1970–2200.
 */
export function normalizeTimestamp(text: string): string | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, date, time, fraction = '', zone] = match;
  const local = Date.parse(`${date}T${time}Z`);
  // Date takes 30 February for 2 March.
  if (Number.isNaN(local) || new Date(local).getUTCDate() !== Number(date!.slice(8))) return undefined;
  const isUtc = zone === 'Z' || zone === 'z';
  const utc = isUtc ? local : Date.parse(`${date}T${time}${zone}`);
  if (utc < EARLIEST || utc >= LATEST) return undefined;
  const second = isUtc ? `${date}T${time}` : new Date(utc).toISOString().slice(0, 19);
  return `${second}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

/** Unix seconds (git's unit) as a normalised timestamp; undefined outside 1970–2200. */
export function timestampOfSeconds(seconds: number): string | undefined {
  const ms = seconds * 1000;
  return ms >= EARLIEST && ms < LATEST ? normalizeTimestamp(new Date(ms).toISOString()) : undefined;
}
