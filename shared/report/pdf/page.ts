/** A4 in points. */
export const SHORT_SIDE = 595.28;
export const LONG_SIDE = 841.89;
export const MARGIN = 48;

export type Orientation = 'portrait' | 'landscape';

/** Points between the margins. */
export const innerWidth = (orientation: Orientation): number =>
  (orientation === 'portrait' ? SHORT_SIDE : LONG_SIDE) - 2 * MARGIN;
