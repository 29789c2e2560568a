import { Args } from '@oclif/core';
import { assignTeamRepo } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed } from '../../../format-team.js';
import { printable } from '../../../terminal.js';

export default class TeamAssignRepo extends BaseCommand {
  static override summary =
    'Assign a repository to a team; it may belong to several, and need not have been synced yet';
  static override args = {
    team: Args.string({ description: 'slug or id', required: true }),
    repo: Args.string({ description: 'its name (github.com/acme/app) or any remote URL', required: true }),
  };
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof assignTeamRepo>> {
    const { args, flags } = await this.parse(TeamAssignRepo);
    const reply = await this.call(flags, assignTeamRepo, { params: { id: args.team }, body: { repo: args.repo } });
    this.print(
      `${printable(reply.repo)} belongs to ${printable(args.team)}. ${formatReattributed(reply.reattributed)}`,
    );
    return reply;
  }
}
