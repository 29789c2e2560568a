import { Flags } from '@oclif/core';
import { fileEnding, getReport, REPORT_FORMATS, type ReportFormat } from '../../../shared/api/reports.js';
import { REPORT_TYPES, type ReportType } from '../../../shared/report/types.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { CliError } from '../../errors.js';
import { filterFlags } from '../../filter-flags.js';
import { LOCAL_TYPES } from '../../report/local/document.js';
import { localReport } from '../../report/local/local-report.js';
import { printFile, refuseExisting, saveFile } from '../../report/save-file.js';
import { formatBytes, showTransfer } from '../../report/transfer-progress.js';

interface Result {
  type: ReportType;
  format: ReportFormat;
  file: string;
  bytes: number;
}

const FORMATS = Object.keys(REPORT_FORMATS) as ReportFormat[];

export default class Report extends BaseCommand {
  static override summary = 'Save a report for auditors, management or the data protection officer';
  static override description =
    "Days are days of the organisation's time zone. Without --from and --to it is about all that is stored. docs/reports.md says what is in each.";
  static override examples = [
    '<%= config.bin %> enterprise report --type soc2 --from 2026-01-01 --to 2026-03-31 -o soc2.csv',
    '<%= config.bin %> enterprise report --type executive --format md',
    '<%= config.bin %> enterprise report --type soc2 --local -o soc2.pdf',
    '<%= config.bin %> enterprise report --type dora --format csv --table repositories -o repositories.csv',
  ];
  static override flags = {
    type: Flags.option({ options: REPORT_TYPES, description: 'which report', required: true })(),
    format: Flags.option({ options: FORMATS, description: "else what the file's name ends in, else md" })(),
    from: filterFlags.from,
    to: filterFlags.to,
    team: filterFlags.team,
    repo: filterFlags.repo,
    table: Flags.string({ description: "csv: which of the report's tables; else its main one" }),
    output: Flags.string({ char: 'o', description: 'file to write; - is standard output', default: '-' }),
    force: Flags.boolean({ description: 'replace a file that is there' }),
    local: Flags.boolean({
      description: `of this clone's notes alone, with no server: ${LOCAL_TYPES.join(', ')}`,
      exclusive: ['team', 'repo', 'api-url'],
    }),
    ...directoryFlag,
    ...serverFlag,
  };

  async run(): Promise<Result> {
    const { flags } = await this.parse(Report);
    const { type, output, force } = flags;
    const format = flags.format ?? formatOf(output);
    if (output === '-' && this.jsonEnabled())
      throw new CliError('usage', '--json says what was written: name a file with -o.');
    if (output !== '-' && !force) await refuseExisting(output);
    const save = (chunks: AsyncIterable<Uint8Array>) =>
      output === '-' ? printFile(chunks) : saveFile(output, showTransfer(chunks), force);
    const bytes = flags.local
      ? await save(localReport(type, format, this.config.version, flags))
      : await this.#download(flags, format, save);
    if (output !== '-') this.print(`Saved the ${type} report to ${output} (${formatBytes(bytes)}).`);
    return { type, format, file: output, bytes };
  }

  async #download(
    { type, directory, 'api-url': apiUrl, ...flags }: DownloadFlags,
    format: ReportFormat,
    save: (chunks: AsyncIterable<Uint8Array>) => Promise<number>,
  ): Promise<number> {
    const { from, to, team, repo, table } = flags;
    const asked = Object.fromEntries(
      Object.entries({ from, to, team, repo, table }).filter(([, value]) => value !== undefined),
    );
    const access = await this.access(await this.settings(directory, { 'api-url': apiUrl }));
    return this.withServer(access, async (client) =>
      save(await client.download(getReport, { params: { type }, query: { format, ...asked } })),
    );
  }
}

interface DownloadFlags
  extends Partial<Record<'from' | 'to' | 'team' | 'repo' | 'table' | 'api-url', string | undefined>> {
  type: ReportType;
  directory: string;
}

const formatOf = (file: string): ReportFormat =>
  [...FORMATS].reverse().find((format) => file.toLowerCase().endsWith(`.${fileEnding(format)}`)) ?? 'md';
