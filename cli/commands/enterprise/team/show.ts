import { Args, Flags } from '@oclif/core';
import { getTeam, type TeamDetail } from '../../../../shared/api/teams.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { teamLabel } from '../../../format-team.js';
import { formatDay, table } from '../../../terminal.js';

export default class TeamShow extends BaseCommand {
  static override summary = 'Show a team with its members and repositories';
  static override args = { team: Args.string({ description: 'slug or id', required: true }) };
  static override flags = { history: Flags.boolean({ description: 'memberships that ended, too' }), ...clientFlags };

  async run(): Promise<TeamDetail> {
    const { args, flags } = await this.parse(TeamShow);
    const team = await this.call(flags, getTeam, { params: { id: args.team }, query: { history: flags.history } });
    this.print(format(team));
    return team;
  }
}

function format({ members, repos, archived_at, ...team }: TeamDetail): string {
  const people = members.map(({ email, role, since, until }) => [email, role, formatDay(since), formatDay(until)]);
  return [
    `${teamLabel(team)}${archived_at === null ? '' : `, archived ${formatDay(archived_at)}`}`,
    '',
    people.length === 0 ? 'No members.' : table([['person', 'role', 'since', 'until'], ...people], ''),
    '',
    repos.length === 0
      ? 'No repositories.'
      : table([['repository', 'since'], ...repos.map(({ name, added_at }) => [name, formatDay(added_at)])], ''),
  ].join('\n');
}
