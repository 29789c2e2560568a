import { Flags } from '@oclif/core';
import { listTeams } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatDay, table } from '../../../terminal.js';

export default class TeamList extends BaseCommand {
  static override summary = "List the organisation's teams";
  static override flags = {
    archived: Flags.boolean({ description: 'archived ones, too' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof listTeams>> {
    const { flags } = await this.parse(TeamList);
    const reply = await this.call(flags, listTeams, { query: { archived: flags.archived } });
    const rows = reply.teams.map(({ slug, name, member_count, repo_count, archived_at }) => [
      slug,
      name,
      member_count,
      repo_count,
      ...(flags.archived ? [formatDay(archived_at)] : []),
    ]);
    const heading = ['team', 'name', 'members', 'repositories', ...(flags.archived ? ['archived'] : [])];
    this.print(
      rows.length === 0 ? 'No teams yet: blameprompt enterprise team create <slug>' : table([heading, ...rows], ''),
    );
    return reply;
  }
}
