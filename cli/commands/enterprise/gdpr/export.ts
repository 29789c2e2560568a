import { Flags } from '@oclif/core';
import { exportSubject, type SubjectInput } from '../../../../shared/api/data-subjects.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import type { ApiClient } from '../../../api-client.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { writeExportFolder } from '../../../gdpr/export-folder.js';
import { subjectFlags, subjectOf } from '../../../gdpr/subject-flags.js';
import { formatCount, table } from '../../../terminal.js';

export default class GdprExport extends BaseCommand {
  static override summary = 'Save everything that is stored about a person to a folder: JSON and CSV';
  static override examples = ['<%= config.bin %> enterprise gdpr export --subject ada@example.com -o ada'];
  static override flags = {
    ...subjectFlags,
    output: Flags.string({ char: 'o', description: 'folder to make', required: true }),
    ...clientFlags,
  };

  async run(): Promise<{ folder: string; tables: Record<string, number> }> {
    const { flags } = await this.parse(GdprExport);
    const access = await this.access(await this.settings(flags.directory, flags));
    const tables = await this.withServer(access, (client) =>
      writeExportFolder(flags.output, readPages(client, subjectOf(flags))),
    );
    const rows = Object.entries(tables).map(([name, count]) => [name, formatCount(count)]);
    this.print(rows.length === 0 ? 'Nothing is stored about this person.' : table([['table', 'rows'], ...rows], ''));
    this.print(`Saved to ${flags.output}.`);
    return { folder: flags.output, tables };
  }
}

async function* readPages(client: ApiClient, subject: SubjectInput): AsyncGenerator<ReplyOf<typeof exportSubject>> {
  let cursor: string | null = null;
  do {
    const body = { ...subject, ...(cursor !== null && { cursor }) };
    const page: ReplyOf<typeof exportSubject> = await client.call(exportSubject, { body });
    yield page;
    cursor = page.next_cursor;
  } while (cursor !== null);
}
