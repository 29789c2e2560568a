import { writeFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { eraseSubject } from '../../../../shared/api/data-subjects.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { subjectFlags, subjectOf } from '../../../gdpr/subject-flags.js';
import { formatCount, printable, table } from '../../../terminal.js';

type Reply = ReplyOf<typeof eraseSubject>;

export default class GdprErase extends BaseCommand {
  static override summary = 'Replace a person by a pseudonym everywhere, for good; without --yes say what would change';
  static override description =
    'Totals stay what they are, the audit log still verifies, and clones that send the name again do not bring it back. It cannot be undone.';
  static override examples = [
    '<%= config.bin %> enterprise gdpr erase --subject ada@example.com --subject ada@old.example.com',
    '<%= config.bin %> enterprise gdpr erase --subject ada@example.com --yes -o certificate.json',
  ];
  static override flags = {
    ...subjectFlags,
    yes: Flags.boolean({ description: 'do it', default: false }),
    output: Flags.string({ char: 'o', description: 'file for the certificate', dependsOn: ['yes'] }),
    ...clientFlags,
  };

  async run(): Promise<Reply> {
    const { flags } = await this.parse(GdprErase);
    const reply = await this.call(flags, eraseSubject, { body: { ...subjectOf(flags), dry_run: !flags.yes } });
    if (flags.output !== undefined) await writeFile(flags.output, `${JSON.stringify(reply.erasure, null, 2)}\n`);
    this.print(describe(reply));
    if (reply.dry_run) this.print('Nothing was changed. Repeat it with --yes: it cannot be undone.');
    else if (flags.output === undefined)
      this.print(`The certificate: enterprise gdpr erasures --json (${reply.erasure?.id})`);
    else this.print(`The certificate is in ${flags.output}.`);
    return reply;
  }
}

function describe({ names, shared_names, tables, left, dry_run }: Reply): string {
  const rows = Object.entries(tables).map(([name, count]) => [name, formatCount(count)]);
  const heading = dry_run ? 'rows that would change' : 'rows changed';
  return [
    `Also known as: ${names.length === 0 ? 'no other name' : printable(names.join(', '))}`,
    ...shared_names.map(({ name, others }) =>
      printable(
        `Shared with ${others.join(', ')}: ${name}. Where only the name stands it stays, unless you give --name.`,
      ),
    ),
    rows.length === 0 ? 'No row names this person.' : table([['table', heading], ...rows], ''),
    ...left.map(({ column, rows: count, why }) => printable(`Stays in ${formatCount(count)} of ${column}: ${why}.`)),
  ].join('\n');
}
