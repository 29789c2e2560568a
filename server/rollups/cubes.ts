/** What rollups are by, as bits. */
export const DIMENSIONS = { repo: 1, person: 2, team: 4, kind: 8 } as const;
export type Dimension = keyof typeof DIMENSIONS;

/** Grains of time, as the higher bits. Days and months are those of the org's time zone. */
export const GRAINS = { quarter: 0, day: 16, month: 32 } as const;
export type Grain = keyof typeof GRAINS;

export interface Cube {
  id: number;
  grain: Grain;
  by: Dimension[];
}

/**
 * The sums that are kept, of each grain the smallest first. Of 5 million receipts in two years a day by everything has 2 million
 * rows and a month by everything 0.8 million: what has no filter on repository, person or team reads the smaller ones.
 */
export const CUBES: Cube[] = [
  cube('quarter', []),
  cube('day', []),
  cube('day', ['kind']),
  cube('day', ['team']),
  cube('day', ['repo']),
  cube('day', ['person']),
  cube('day', ['repo', 'person', 'team', 'kind']),
  cube('month', []),
  cube('month', ['kind']),
  cube('month', ['team']),
  cube('month', ['repo']),
  cube('month', ['person']),
  cube('month', ['team', 'kind']),
  cube('month', ['repo', 'kind']),
  cube('month', ['person', 'kind']),
  cube('month', ['repo', 'person', 'team', 'kind']),
];

/** The cube by everything of a day: all others of days and months are sums of it. */
export const FINEST = cube('day', ['repo', 'person', 'team', 'kind']);

/** The smallest cube of a grain that knows these dimensions; undefined where none does. */
export function cubeFor(grain: Grain, needed: Iterable<Dimension>): Cube | undefined {
  const names = [...needed];
  return CUBES.find((one) => one.grain === grain && names.every((name) => one.by.includes(name)));
}

function cube(grain: Grain, by: Dimension[]): Cube {
  return { id: by.reduce<number>((bits, name) => bits | DIMENSIONS[name], GRAINS[grain]), grain, by };
}
