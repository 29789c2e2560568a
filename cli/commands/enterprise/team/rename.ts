import { Args } from '@oclif/core';
import { updateTeam } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { teamLabel } from '../../../format-team.js';

export default class TeamRename extends BaseCommand {
  static override summary = 'Give a team another name; its slug stays, since configurations and policies name it';
  static override args = {
    team: Args.string({ description: 'slug or id', required: true }),
    name: Args.string({ description: 'the new name', required: true }),
  };
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof updateTeam>> {
    const { args, flags } = await this.parse(TeamRename);
    const reply = await this.call(flags, updateTeam, { params: { id: args.team }, body: { name: args.name } });
    this.print(`The team is now ${teamLabel(reply.team)}.`);
    return reply;
  }
}
