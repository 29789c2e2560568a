import { Args } from '@oclif/core';
import { importTeamMembers } from '../../../../shared/api/teams.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { ApiProblem } from '../../../api-client.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatReattributed } from '../../../format-team.js';
import { explainFaults, readImport } from '../../../import-file.js';
import { readText } from '../../../read-text.js';
import { formatCount } from '../../../terminal.js';

export default class TeamImport extends BaseCommand {
  static override summary = 'Set many memberships from a CSV file';
  static override description =
    'The file has a header and the columns team (slug), email, role (admin, member, viewer) and, if you like, since (a day or a timestamp). All rows are imported, or if one has a fault, none; importing them again changes nothing.';
  static override examples = [
    '<%= config.bin %> enterprise team import members.csv',
    'export-people | <%= config.bin %> enterprise team import -',
  ];
  static override args = {
    file: Args.string({ description: 'a CSV file in UTF-8; - for standard input', required: true }),
  };
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof importTeamMembers>> {
    const { args, flags } = await this.parse(TeamImport);
    const file = readImport(await readText(args.file));
    if (file.rows.length === 0) {
      this.print('The file has no rows; nothing was imported.');
      return { received: 0, added: 0, changed: 0, unchanged: 0, reattributed: 0 };
    }
    const reply = await this.call(flags, importTeamMembers, { body: { rows: file.rows } }).catch((error) => {
      const { code, errors } = error instanceof ApiProblem ? error.problem : {};
      throw code === 'invalid_body' && errors ? explainFaults(file, errors) : error;
    });
    const { added, changed, unchanged, reattributed } = reply;
    this.print(
      `${formatCount(added)} added, ${formatCount(changed)} changed, ${formatCount(unchanged)} as they were. ${formatReattributed(reattributed)}`,
    );
    return reply;
  }
}
