/** What a series is told by: colours that the colour-blind can tell apart (Okabe and Ito), and without any colour the rest. */
export interface Look {
  color: string;
  dash: number[] | 'solid';
  marker: 'circle' | 'rect' | 'triangle' | 'diamond';
  pattern: { symbol: string; rotation: number; dashArrayX: number[]; dashArrayY: number[] };
}

const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];
const DASHES: Look['dash'][] = ['solid', [8, 4], [2, 3], [8, 3, 2, 3]];
const MARKERS: Look['marker'][] = ['circle', 'rect', 'triangle', 'diamond'];
const PATTERNS = [
  { symbol: 'rect', rotation: 0, dashArrayX: [0, 0], dashArrayY: [0, 0] },
  { symbol: 'rect', rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [1, 6] },
  { symbol: 'rect', rotation: -Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [1, 6] },
  { symbol: 'circle', rotation: 0, dashArrayX: [5, 5], dashArrayY: [5, 5] },
  { symbol: 'rect', rotation: 0, dashArrayX: [1, 0], dashArrayY: [1, 5] },
];

/** Four dashes and five patterns against six colours: neighbours and like colours differ in both. */
export const lookOf = (series: number): Look => ({
  color: COLORS[series % COLORS.length]!,
  dash: DASHES[series % DASHES.length]!,
  marker: MARKERS[series % MARKERS.length]!,
  pattern: PATTERNS[series % PATTERNS.length]!,
});
