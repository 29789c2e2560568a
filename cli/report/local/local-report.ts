import { type ReportFormat, typesWith } from '../../../shared/api/reports.js';
import { tablesOf } from '../../../shared/report/csv.js';
import type { ReportType } from '../../../shared/report/types.js';
import { writeReport } from '../../../shared/report/write.js';
import { loadSettings } from '../../config/settings.js';
import { CliError } from '../../errors.js';
import { openRepository } from '../../git/repository.js';
import { ProgressDisplay } from '../../sync/progress.js';
import { collectLocal } from './collect.js';
import { composeLocal, LOCAL_TABLES, LOCAL_TYPES } from './document.js';

interface Asked {
  directory: string;
  from?: string | undefined;
  to?: string | undefined;
  table?: string | undefined;
}

/** A report of one clone from its notes, in a format, chunk by chunk. Throws for what needs a server. */
export async function* localReport(
  type: ReportType,
  format: ReportFormat,
  version: string,
  { directory, from, to, table }: Asked,
): AsyncGenerator<Uint8Array> {
  const local = LOCAL_TYPES.find((one) => one === type);
  if (!local) throw new CliError('usage', `A server is needed for ${type}: --local gives ${LOCAL_TYPES.join(', ')}.`);
  if (!typesWith(format).includes(type)) throw new CliError('usage', `The report ${type} does not come as ${format}.`);
  const repository = await openRepository(directory);
  const settings = await loadSettings(repository.root, {}, process.env);
  const known = await collectLocal(repository, settings, new ProgressDisplay(), { from, to });
  const document = composeLocal(local, known, version);
  const chosen = table ?? LOCAL_TABLES[local];
  const tables = tablesOf(document).map(({ id }) => id);
  if (!tables.includes(chosen)) throw new CliError('usage', `--table must be one of ${tables.join(', ')}.`);
  for await (const chunk of writeReport(document, format, chosen))
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
