import { Args, Flags } from '@oclif/core';
import { createTeam } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed, teamLabel } from '../../../format-team.js';

export default class TeamCreate extends BaseCommand {
  static override summary = 'Make a team';
  static override examples = ['<%= config.bin %> enterprise team create backend --name "Backend and APIs"'];
  static override args = {
    slug: Args.string({ description: 'lower-case letters, digits and hyphens; it stays for ever', required: true }),
  };
  static override flags = {
    name: Flags.string({ description: 'what people call it (else the slug)' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof createTeam>> {
    const { args, flags } = await this.parse(TeamCreate);
    const reply = await this.call(flags, createTeam, { body: { slug: args.slug, name: flags.name ?? null } });
    this.print(`Made the team ${teamLabel(reply.team)}. ${formatReattributed(reply.reattributed)}`);
    return reply;
  }
}
