import { Args, Flags } from '@oclif/core';
import { endTeamMember } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed } from '../../../format-team.js';
import { formatDay, printable } from '../../../terminal.js';

export default class TeamRemoveMember extends BaseCommand {
  static override summary = 'End a membership; what the person did before stays with the team';
  static override args = {
    team: Args.string({ description: 'slug or id', required: true }),
    email: Args.string({ description: "the person's e-mail address", required: true }),
  };
  static override flags = {
    until: Flags.string({
      description: 'the day after the last one, or timestamp (else now); the first day takes back the whole membership',
    }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof endTeamMember>> {
    const { args, flags } = await this.parse(TeamRemoveMember);
    const reply = await this.call(flags, endTeamMember, {
      params: { id: args.team, email: args.email },
      query: { ...(flags.until !== undefined && { until: flags.until }) },
    });
    const ended = reply.member ? `ended on ${formatDay(reply.member.until)}` : 'is taken back, as if it had never been';
    this.print(
      `The membership of ${printable(args.email)} in ${printable(args.team)} ${ended}. ${formatReattributed(reply.reattributed)}`,
    );
    return reply;
  }
}
