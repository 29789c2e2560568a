/** Reads the wall clock of a zone; making one takes a tenth of a millisecond. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a zone show at an instant (milliseconds since 1970), as if it were UTC. */
function wallClock(at: number, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const numeric = 'numeric' as const;
    const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
    clock = new Intl.DateTimeFormat('en-US', { ...fields, timeZone, hourCycle: 'h23', calendar: 'iso8601' });
    clocks.set(timeZone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const DAY_MS = 86_400_000;

/**
 * The instant at which a day (`2026-03-29`) begins in a zone, in milliseconds since 1970. Where the clocks skip midnight it is
 * the first instant of the day, where they show it twice the first of the two.
 */
export function startOfDay(day: string, timeZone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // An offset of the zone from the day before and from the day after: between them the clocks may change.
  const candidates = [midnight - DAY_MS, midnight + DAY_MS].map(
    (near) => midnight - (wallClock(near, timeZone) - near),
  );
  const within = candidates.filter((at) => localDay(at, timeZone) === day);
  return within.length === 0 ? Math.max(...candidates) : Math.min(...within);
}

/** The day that a zone's calendar shows at an instant. */
export const localDay = (at: number, timeZone: string): string =>
  new Date(wallClock(at, timeZone)).toISOString().slice(0, 10);

/** The day after, `count` days later. */
export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
