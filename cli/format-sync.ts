import type { SyncResult } from './sync/sync.js';
import { formatCount, printable } from './terminal.js';

const SHOWN = 20;

/** The outcome of a sync for people; everything that was not sent is named with its reason. */
export function formatSync(result: SyncResult, dryRun: boolean): string {
  const { repo, notes, receipts, commits, rejections, violations, duration_ms } = result;
  const seconds = (duration_ms / 1000).toFixed(1);
  if (notes.read + notes.skipped.length + commits.sent === 0) return `${printable(repo)}: nothing new (${seconds} s)`;
  const sent = dryRun
    ? `would send ${formatCount(receipts.sent)} receipts and ${formatCount(commits.sent)} commits`
    : `${formatCount(receipts.inserted)} new receipts, ${formatCount(receipts.amended)} amended, ${formatCount(receipts.duplicates)} known; ${formatCount(commits.sent)} commits`;
  return [
    `${printable(repo)}: ${formatCount(notes.read)} notes read, ${sent} (${seconds} s)`,
    ...list(
      'Notes that were skipped',
      notes.skipped.map(({ ref, commit, reason }) => `${ref} ${commit.slice(0, 12)}  ${reason}`),
    ),
    ...list(
      'Left out of notes',
      notes.left_out.map(({ ref, commit, reason }) => `${ref} ${commit.slice(0, 12)}  ${reason}`),
    ),
    ...list(
      'Commits that cannot be counted',
      commits.unreadable.map(({ commit, reason }) => `${commit.slice(0, 12)}  ${reason}`),
    ),
    ...list(
      'Refused by the server',
      rejections.map(({ kind, id, message, pointer }) => `${kind} ${id ?? '?'}  ${pointer} ${message}`),
    ),
    ...(violations.block + violations.warn === 0 ? [] : [`${countViolations(violations)}: enterprise violations`]),
    ...violations.items.slice(0, SHOWN).map(({ action, message }) => `  ${action.padEnd(5)}  ${printable(message)}`),
  ].join('\n');
}

/** `2 violations of policies (1 block, 1 warn)` */
const countViolations = ({ block, warn }: { block: number; warn: number }) =>
  `${formatCount(block + warn)} violation${block + warn === 1 ? '' : 's'} of policies (${formatCount(block)} block, ${formatCount(warn)} warn)`;

function list(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? [`  … ${formatCount(lines.length - SHOWN)} more: --json lists all`] : [];
  return [
    `${title}: ${formatCount(lines.length)}`,
    ...lines.slice(0, SHOWN).map((line) => `  ${printable(line)}`),
    ...more,
  ];
}
