import { Args, Flags } from '@oclif/core';
import { setTeamMember } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed } from '../../../format-team.js';
import { formatDay, printable } from '../../../terminal.js';

const ROLES = ['admin', 'member', 'viewer'] as const;

export default class TeamAddMember extends BaseCommand {
  static override summary = 'Make a person a member of a team, or change the role or the beginning of a membership';
  static override description =
    'Receipts count for the team that their author belonged to at the time, so say since when: those from then on count for it. Viewers belong to a team without their receipts counting for it.';
  static override examples = [
    '<%= config.bin %> enterprise team add-member backend ada@example.com --since 2026-01-01',
  ];
  static override args = {
    team: Args.string({ description: 'slug or id', required: true }),
    email: Args.string({ description: "the person's e-mail address, as in commits", required: true }),
  };
  static override flags = {
    role: Flags.option({ options: ROLES, description: 'what the person is in the team', default: 'member' })(),
    since: Flags.string({ description: 'first day (2026-01-01) or timestamp (else now)' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof setTeamMember>> {
    const { args, flags } = await this.parse(TeamAddMember);
    const body = { email: args.email, role: flags.role, since: flags.since ?? null };
    const reply = await this.call(flags, setTeamMember, { params: { id: args.team }, body });
    const { email, role, since } = reply.member;
    this.print(
      `${printable(email)} is ${role} of ${printable(args.team)} since ${formatDay(since)}. ${formatReattributed(reply.reattributed)}`,
    );
    return reply;
  }
}
