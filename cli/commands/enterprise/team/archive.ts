import { Args, Flags } from '@oclif/core';
import { updateTeam } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed, teamLabel } from '../../../format-team.js';

export default class TeamArchive extends BaseCommand {
  static override summary = 'Archive a team: it keeps the receipts it has and gets no more';
  static override args = { team: Args.string({ description: 'slug or id', required: true }) };
  static override flags = { undo: Flags.boolean({ description: 'take it back' }), ...clientFlags };

  async run(): Promise<ReplyOf<typeof updateTeam>> {
    const { args, flags } = await this.parse(TeamArchive);
    const reply = await this.call(flags, updateTeam, { params: { id: args.team }, body: { archived: !flags.undo } });
    const done = flags.undo ? 'is no longer archived' : 'is archived';
    this.print(`The team ${teamLabel(reply.team)} ${done}. ${formatReattributed(reply.reattributed)}`);
    return reply;
  }
}
