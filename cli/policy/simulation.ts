import type { Simulation } from '../../shared/api/policy-endpoints.js';
import { formatCount, printable, table } from '../terminal.js';

type Whole = Omit<Simulation, 'next_cursor'>;

/** Violations that are kept of all parts together. */
const MAX_ITEMS = 1_000;
const SHOWN = 20;

/** The parts of one simulation added up. */
export function mergeSimulations(parts: readonly Simulation[]): Whole {
  const sum = (count: (part: Simulation) => number) => parts.reduce((total, part) => total + count(part), 0);
  const items = parts.flatMap(({ violations }) => violations.items);
  return {
    from: parts[0]!.from,
    to: parts[0]!.to,
    receipts: sum(({ receipts }) => receipts),
    commits: sum(({ commits }) => commits),
    violations: {
      warn: sum(({ violations }) => violations.warn),
      block: sum(({ violations }) => violations.block),
      items: items.slice(0, MAX_ITEMS),
      truncated: items.length > MAX_ITEMS || parts.some(({ violations }) => violations.truncated),
    },
    exempted: sum(({ exempted }) => exempted),
    by_repo: [...totals(parts.flatMap((part) => part.by_repo.map(({ repo, violations }) => [repo, violations])))].map(
      ([repo, violations]) => ({ repo, violations }),
    ),
    by_person: [
      ...totals(parts.flatMap((part) => part.by_person.map(({ person, violations }) => [person, violations]))),
    ].map(([person, violations]) => ({ person, violations })),
    not_evaluated: parts.flatMap(({ not_evaluated }) => not_evaluated).slice(0, SHOWN),
  };
}

function totals(counts: [string | null, number][]): [string | null, number][] {
  const all = new Map<string | null, number>();
  for (const [name, count] of counts) all.set(name, (all.get(name) ?? 0) + count);
  return [...all].sort(([, a], [, b]) => b - a);
}

export function formatSimulation({
  violations,
  receipts,
  commits,
  from,
  to,
  exempted,
  by_repo,
  by_person,
  not_evaluated,
}: Whole): string {
  const count = violations.block + violations.warn;
  const looked = [
    ...(receipts > 0 ? [`${formatCount(receipts)} receipts`] : []),
    ...(commits > 0 ? [`${formatCount(commits)} commits`] : []),
  ];
  const top = (heading: string, rows: (string | number)[][]) =>
    rows.length === 0 ? [] : ['', table([[heading, 'violations'], ...rows.slice(0, SHOWN)], '')];
  return [
    `${formatCount(count)} violation${count === 1 ? '' : 's'} from ${from.slice(0, 10)} to ${to.slice(0, 10)}${looked.length === 0 ? '' : ` in ${looked.join(' and ')}`}${exempted === 0 ? '' : `, ${formatCount(exempted)} exempted`}`,
    ...top(
      'repository',
      by_repo.map(({ repo, violations }) => [repo ?? '(all)', violations]),
    ),
    ...top(
      'person',
      by_person.map(({ person, violations }) => [person ?? '(nobody)', violations]),
    ),
    ...(count === 0 ? [] : ['']),
    ...violations.items.slice(0, SHOWN).map(({ message }) => printable(message)),
    ...(count > SHOWN ? [`… ${formatCount(count - Math.min(SHOWN, violations.items.length))} more`] : []),
    ...not_evaluated.map(({ reason }) => printable(`not evaluated: ${reason}`)),
  ].join('\n');
}
