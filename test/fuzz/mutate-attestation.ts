import { ODD_PATHS } from './odd.js';
import type { Random } from './random.js';

const ODD_LINES = [
  ...['0', '-1', '1-', '-', '', ',', '1,,2', '1-2-3', '5-3', '1 2', ' 1', '1\t', '01', '1.5', 'a', '1-4294967296'],
  ...['4294967296', '99999999999999999999', '100000000', '100000001', '1-100000000', '999999999-999999999'],
];
const ODD_KEYS = [
  '',
  '::',
  's_::t_',
  'h_',
  'human',
  'ai_agent',
  '__proto__',
  'constructor::t_1',
  '"',
  '{',
  'k'.repeat(5_000),
];

/** The grammar of git-ai with one to six of its lines changed; the JSON below stays as it is. */
export function mutateAttestation(note: string, random: Random): string {
  const end = Math.max(0, note.indexOf('\n{') + 1);
  const lines = note.slice(0, end).split('\n').slice(0, -1);
  for (let left = 1 + random.below(6); left > 0; left--)
    random.pick(CHANGES)(lines, random.below(lines.length + 1), random);
  return lines.join(random.below(20) === 0 ? '\r\n' : '\n') + (lines.length > 0 ? '\n' : '') + note.slice(end);
}

type Change = (lines: string[], at: number, random: Random) => unknown;

const CHANGES: Change[] = [
  (lines, at, random) => lines.splice(at, 0, entry(lines, random)),
  (lines, at, random) => lines.splice(at, 0, entry(lines, random)),
  (lines, at, random) => lines.splice(at, 1, entry(lines, random)),
  (lines, at, random) => lines.splice(at, 0, quoted(random.pick(ODD_PATHS), random), entry(lines, random)),
  (lines, at) => lines.splice(at, 1),
  (lines, at) => lines.splice(at, 0, '---'),
  (lines, at, random) => lines.splice(at, 0, ...lines.slice(random.below(lines.length + 1))),
  (lines, at, random) =>
    lines.splice(at, 0, ...Array.from({ length: random.size(1, 300) }, () => entry(lines.slice(0, 20), random))),
];

function quoted(path: string, random: Random): string {
  return random.below(2) === 0 || path.includes('\n') ? `"${path}"` : path;
}

/** An entry under one of the keys that are there, or another. */
function entry(lines: readonly string[], random: Random): string {
  const keys = lines.flatMap((line) => /^ {2}(\S+) /.exec(line)?.[1] ?? []);
  const key = random.pick(random.below(4) === 0 ? ODD_KEYS : [...keys, 'human', 'h_0', 'missing']);
  return `  ${key} ${random.below(5) === 0 ? random.pick(ODD_LINES) : ranges(random.size(1, 30), random)}`;
}

/** Ranges in any order, many of them overlapping. */
export function ranges(count: number, random: Random, lines = 200): string {
  const texts = Array.from({ length: count }, () => {
    const start = 1 + random.below(lines);
    return random.below(2) === 0 ? `${start}` : `${start}-${start + random.below(20)}`;
  });
  return texts.join(',');
}
