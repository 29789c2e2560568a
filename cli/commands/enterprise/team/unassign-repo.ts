import { Args } from '@oclif/core';
import { unassignTeamRepo } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed } from '../../../format-team.js';
import { printable } from '../../../terminal.js';

export default class TeamUnassignRepo extends BaseCommand {
  static override summary = 'Take a repository from a team';
  static override args = {
    team: Args.string({ description: 'slug or id', required: true }),
    repo: Args.string({ description: 'its name (github.com/acme/app) or any remote URL', required: true }),
  };
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof unassignTeamRepo>> {
    const { args, flags } = await this.parse(TeamUnassignRepo);
    const reply = await this.call(flags, unassignTeamRepo, { params: { id: args.team }, query: { repo: args.repo } });
    this.print(
      `${printable(reply.repo)} no longer belongs to ${printable(args.team)}. ${formatReattributed(reply.reattributed)}`,
    );
    return reply;
  }
}
