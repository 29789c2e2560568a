import type { Fault } from '../shared/api/problem.js';
import { MAX_IMPORT_ROWS } from '../shared/api/teams.js';
import { parseCsv } from './csv.js';
import { CliError } from './errors.js';

const REQUIRED = ['team', 'email', 'role'];
const KNOWN = [...REQUIRED, 'since'];
const SHOWN_FAULTS = 100;

/** A file of memberships: rows as the server takes them, and where each stands in the file. */
export interface ImportFile {
  columns: string[];
  rows: Record<string, string>[];
  lines: number[];
}

/** Reads `team,email,role[,since]` with a header, in any order of columns. Throws a CliError that lists every fault. */
export function readImport(text: string): ImportFile {
  const [header, ...records] = parseCsv(text);
  const columns = (header?.fields ?? []).map((name) => name.trim().toLowerCase());
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw new CliError(
      'invalid_csv',
      `The first line must name the columns team, email, role and, if you like, since, with commas between them; ${missing.join(', ')} is missing.`,
    );
  const strange = columns.findIndex((name, index) => !KNOWN.includes(name) || columns.indexOf(name) !== index);
  if (strange >= 0)
    throw importFaults([
      `line ${header!.line}, column ${strange + 1}: "${columns[strange]}" is not known, or twice there`,
    ]);
  if (records.length > MAX_IMPORT_ROWS)
    throw new CliError(
      'too_many_rows',
      `An import holds ${MAX_IMPORT_ROWS} rows at most; this one has ${records.length}. Split it.`,
    );
  const uneven = records.filter(({ fields }) => fields.length !== columns.length);
  if (uneven.length > 0)
    throw importFaults(
      uneven.map(({ line, fields }) => `line ${line}: ${fields.length} fields where the header has ${columns.length}`),
    );
  const rows = records.map(({ fields }) =>
    Object.fromEntries(
      columns.map((name, n) => [name, fields[n]!.trim()]).filter(([name, value]) => name !== 'since' || value !== ''),
    ),
  );
  return { columns, rows, lines: records.map(({ line }) => line) };
}

/** The faults that the server found, by their places in the file. */
export function explainFaults({ columns, lines }: ImportFile, faults: Fault[]): CliError {
  return importFaults(
    faults.map(({ pointer, message }) => {
      const [, , row = '', field = ''] = pointer.split('/');
      const column = columns.indexOf(field);
      const repeated = message.replace(/\/rows\/(\d+)/, (_, other: string) => `line ${lines[Number(other)]}`);
      return `line ${lines[Number(row)] ?? '?'}${column < 0 ? '' : `, column ${column + 1} (${field})`}: ${repeated}`;
    }),
  );
}

function importFaults(faults: string[]): CliError {
  const more = faults.length > SHOWN_FAULTS ? [`… and ${faults.length - SHOWN_FAULTS} more`] : [];
  return new CliError(
    'invalid_rows',
    ['Nothing was imported:', ...[...faults.slice(0, SHOWN_FAULTS), ...more].map((fault) => `  ${fault}`)].join('\n'),
  );
}
