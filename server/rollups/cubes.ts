/** What rollups are by, as bits. */
export const DIMENSIONS = { repo: 1, person: 2, team: 4, kind: 8 } as const;
export type Dimension = keyof typeof DIMENSIONS;

/** Grains of time, as the higher bits. A quarter is one of an hour; days, months and years are those of the org's time zone; ever is all time. */
export const GRAINS = { quarter: 0, day: 16, month: 32, year: 48, ever: 64 } as const;
export type Grain = keyof typeof GRAINS;

export interface Cube {
  id: number;
  grain: Grain;
  by: Dimension[];
}

const BY_EVERYTHING: Dimension[] = ['repo', 'person', 'team', 'kind'];
/** The cube by everything of a day: all others of days, months and years are sums of it. */
export const FINEST = cube('day', BY_EVERYTHING);
export const MONTHLY = cube('month', BY_EVERYTHING);
export const YEARLY = cube('year', BY_EVERYTHING);
export const EVER = cube('ever', BY_EVERYTHING);

/**
 * The sums that are kept, of each grain the largest first: what one is a sum of stands before it. What has no filter on
 * repository, person or team reads the small ones; the long past is read by years.
 */
export const CUBES: Cube[] = [
  cube('quarter', []),
  FINEST,
  ...(['day', 'month', 'year', 'ever'] as const).flatMap((grain) => [
    ...(grain === 'day'
      ? []
      : [
          { month: MONTHLY, year: YEARLY, ever: EVER }[grain],
          cube(grain, ['person', 'kind']),
          cube(grain, ['repo', 'kind']),
          cube(grain, ['team', 'kind']),
        ]),
    cube(grain, ['person']),
    cube(grain, ['repo']),
    cube(grain, ['team']),
    cube(grain, ['kind']),
    cube(grain, []),
  ]),
];

/** The smallest cube of a grain that knows these dimensions; undefined where none does. */
export function cubeFor(grain: Grain, needed: readonly Dimension[]): Cube | undefined {
  return CUBES.findLast((one) => one.grain === grain && needed.every((name) => one.by.includes(name)));
}

/** The smallest cube that this one is a sum of; undefined where only the facts are. */
export function sourceOf({ id, grain, by }: Cube): Cube | undefined {
  if (grain === 'quarter' || id === FINEST.id) return undefined;
  if (grain === 'ever') return cubeFor('year', by);
  if (grain === 'year') return cubeFor('month', by);
  return grain === 'month' && id !== MONTHLY.id ? MONTHLY : FINEST;
}

function cube(grain: Grain, by: Dimension[]): Cube {
  return { id: by.reduce<number>((bits, name) => bits | DIMENSIONS[name], GRAINS[grain]), grain, by };
}
