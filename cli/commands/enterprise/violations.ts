import { Flags } from '@oclif/core';
import { RULE_NAMES } from '../../../shared/api/policies.js';
import type { QueryOf, ReplyOf } from '../../../shared/api/types.js';
import { acknowledgeViolation, listViolations, type ViolationItem } from '../../../shared/api/violations.js';
import { BaseCommand, clientFlags } from '../../base-command.js';
import { printable } from '../../terminal.js';

const FILTERS = [
  'policy',
  'rule',
  'action',
  'repo',
  'team',
  'person',
  'from',
  'to',
  'acknowledged',
  'limit',
  'cursor',
] as const;

export default class Violations extends BaseCommand {
  static override summary = 'List what policies found, or acknowledge one of it';
  static override examples = [
    '<%= config.bin %> enterprise violations --action block --no-acknowledged',
    '<%= config.bin %> enterprise violations --ack <id> --note "agreed with the team"',
  ];
  static override flags = {
    policy: Flags.string({ description: 'of a policy: name or id' }),
    rule: Flags.string({ description: 'of a rule', options: RULE_NAMES }),
    action: Flags.string({ description: 'that warn, or that block', options: ['warn', 'block'] }),
    repo: Flags.string({ description: 'in a repository: its name or any remote URL' }),
    team: Flags.string({ description: 'of a team' }),
    person: Flags.string({ description: 'of a person: e-mail or name' }),
    from: Flags.string({ description: 'first day (2026-02-14) or timestamp' }),
    to: Flags.string({ description: 'last day, included, or timestamp, excluded' }),
    acknowledged: Flags.boolean({
      description: 'acknowledged ones, or with --no-acknowledged the others',
      allowNo: true,
    }),
    limit: Flags.integer({ description: 'violations on a page', default: 50, min: 1, max: 500 }),
    cursor: Flags.string({ description: 'next_cursor of the page before' }),
    ack: Flags.string({ description: 'acknowledge the violation with this id', exclusive: ['cursor'] }),
    note: Flags.string({ description: 'why it was acknowledged', dependsOn: ['ack'] }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof listViolations> | ViolationItem> {
    const { flags } = await this.parse(Violations);
    if (flags.ack !== undefined) {
      const body = { acknowledged: true, ...(flags.note !== undefined && { note: flags.note }) };
      const violation = await this.call(flags, acknowledgeViolation, { params: { id: flags.ack }, body });
      this.print(describe(violation));
      return violation;
    }
    const query = Object.fromEntries(
      FILTERS.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]),
    );
    const reply = await this.call(flags, listViolations, { query: query as QueryOf<typeof listViolations> });
    this.print(reply.violations.length === 0 ? 'No violations.' : reply.violations.map(describe).join('\n'));
    if (reply.next_cursor !== null) this.print(`\nMore: --cursor ${reply.next_cursor}`);
    return reply;
  }
}

/** Three lines: what, where and by whom, and its id with what became of it. */
function describe({
  id,
  action,
  policy,
  message,
  occurred_at,
  person,
  team,
  repo,
  acknowledged_by,
  note,
}: ViolationItem): string {
  const where = [occurred_at.slice(0, 16).replace('T', ' '), repo, person, team && `team ${team}`]
    .filter(Boolean)
    .join(', ');
  const state =
    acknowledged_by === null ? '' : `, acknowledged by ${acknowledged_by}${note === null ? '' : `: ${note}`}`;
  return [`${action.padEnd(5)}  ${policy}: ${message}`, `       ${where}`, `       ${id}${state}`]
    .map(printable)
    .join('\n');
}
