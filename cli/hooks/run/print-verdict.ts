import type { Violation } from '../../../shared/api/policies.js';
import { printable } from '../../terminal.js';

const SHOWN = 20;

/** Violations for people: which policy, what was found and where, and what to do about it. `what` is `commit` or `push`. */
export function formatViolations(violations: readonly Violation[], what: 'commit' | 'push'): string {
  const stopping = violations.filter(({ action }) => action === 'block');
  const ordered = [...stopping, ...violations.filter(({ action }) => action !== 'block')];
  const head =
    stopping.length > 0
      ? `blameprompt: this ${what} is stopped by ${policies(stopping)}.`
      : `blameprompt: this ${what} goes through, with warnings of ${policies(violations)}.`;
  return [
    head,
    ...ordered.slice(0, SHOWN).flatMap((violation) => ['', ...describe(violation)]),
    ...(ordered.length > SHOWN ? ['', `  … and ${ordered.length - SHOWN} more`] : []),
    ...(stopping.length > 0
      ? ['', `To ${what} all the same: BLAMEPROMPT_SKIP=1, or --no-verify. The gate and the server will still see it.`]
      : []),
  ].join('\n');
}

function describe({ action, policy, message, advice, receipt_id, path, lines }: Violation): string[] {
  const place = [
    path === null ? '' : `${path}${lines === null ? '' : `:${lines}`}`,
    receipt_id && `receipt ${receipt_id}`,
  ];
  const where = place.filter((text) => text).join(', ');
  return [
    `  ${action === 'block' ? 'BLOCK' : 'WARN '}  ${printable(policy)}`,
    `         ${printable(message)}`,
    ...(where === '' ? [] : [`         at ${printable(where)}`]),
    `         ${printable(advice)}`,
  ];
}

function policies(violations: readonly Violation[]): string {
  const names = new Set(violations.map(({ policy }) => policy));
  return names.size === 1 ? `the policy "${printable([...names][0]!)}"` : `${names.size} policies`;
}
