import { printable, table } from '../terminal.js';
import type { Installed, Removed } from './hook-file.js';
import type { Report } from './install.js';
import type { HookState, HooksStatus } from './status.js';

const INSTALLED: Record<Installed, string> = {
  created: 'installed',
  inserted: 'installed in the file that was there',
  updated: 'brought up to date',
  unchanged: 'was installed already',
  'moved aside': 'installed; the hook that was there is in blameprompt-original and runs after ours',
};

const REMOVED: Record<Removed, string> = {
  absent: 'was not installed',
  deleted: 'removed',
  restored: 'our part was taken out',
  'kept for others':
    'our part was taken out; the file stays, since others wrote to it, and runs what is in blameprompt-original',
};

const STATES: Record<HookState, string> = {
  installed: 'installed',
  old: 'of an older version. Run: blameprompt enterprise hooks install',
  absent: 'not installed, or another tool has written the file anew. Run: blameprompt enterprise hooks install',
  'not executable': 'git ignores it, since the file is not executable. Run: chmod +x on it',
  'off in this clone': 'off in this clone. Run: blameprompt enterprise hooks install',
};

export const formatInstalled = (report: Report<Installed>) => format(report, INSTALLED);
export const formatRemoved = (report: Report<Removed>) => format(report, REMOVED);

function format<State extends string>({ folder, hooks, remarks }: Report<State>, words: Record<State, string>): string {
  return [
    `Hooks in ${printable(folder)}`,
    ...hooks.map(({ hook, state }) => `  ${hook.padEnd(14)}${words[state]}`),
    ...remarks.map((remark) => `Note: ${printable(remark.replace(/\.$/, ''))}.`),
  ].join('\n');
}

export function formatStatus({ folder, hooks, policies, log }: HooksStatus): string {
  return [
    `Hooks in ${printable(folder)}`,
    table([['hook', 'state'], ...hooks.map(({ hook, state }) => [hook, STATES[state]])], '  '),
    `Policies  ${printable(describePolicies(policies))}`,
    `Log       ${printable(log.path)}${log.last === null ? ' (nothing yet)' : `\n  ${printable(log.last)}`}`,
  ].join('\n');
}

function describePolicies(policies: HooksStatus['policies']): string {
  if (policies === null) return 'none here: nothing is checked';
  if ('reason' in policies) return `cannot be used: ${policies.reason}`;
  const until = policies.not_after.slice(0, 16).replace('T', ' ');
  return `${policies.count} of org ${policies.org}, ${policies.expired ? 'expired since' : 'good until'} ${until} UTC`;
}
