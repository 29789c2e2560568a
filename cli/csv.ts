import { CliError } from './errors.js';

export interface CsvRecord {
  /** Where it begins, from 1. */
  line: number;
  fields: string[];
}

/**
 * The records of a CSV text (RFC 4180): fields in quotes may hold commas, line ends and doubled quotes; CRLF, LF and CR end a
 * record, and records with nothing in them are passed over. Linear in the text. Throws a CliError that names line and column
 * of the first place that is no CSV.
 */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let position = 0;
  let line = 1;
  let lineStart = 0;
  let record: CsvRecord = { line, fields: [] };

  while (position <= text.length) {
    record.fields.push(text[position] === '"' ? quoted() : plain());
    if (text[position] === ',') position++;
    else {
      if (record.fields.length > 1 || record.fields[0] !== '') records.push(record);
      if (position === text.length) break;
      endLine();
      if (position === text.length) break;
      record = { line, fields: [] };
    }
  }
  return records;

  function plain(): string {
    const from = position;
    while (position < text.length && !',\r\n'.includes(text[position]!)) {
      if (text[position] === '"') throw fault('a quote inside a field that does not begin with one');
      position++;
    }
    return text.slice(from, position);
  }

  function quoted(): string {
    const opened = fault('a quoted field that is never closed');
    const parts: string[] = [];
    let from = ++position;
    for (;;) {
      if (position >= text.length) throw opened;
      if (text[position] === '"' && text[position + 1] === '"') {
        parts.push(text.slice(from, position + 1));
        position += 2;
        from = position;
      } else if (text[position] === '"') break;
      else if (text[position] === '\r' || text[position] === '\n') endLine();
      else position++;
    }
    parts.push(text.slice(from, position++));
    if (position < text.length && !',\r\n'.includes(text[position]!)) throw fault('text behind a quoted field');
    return parts.join('');
  }

  function endLine(): void {
    position += text.startsWith('\r\n', position) ? 2 : 1;
    line++;
    lineStart = position;
  }

  function fault(what: string): CliError {
    return new CliError('invalid_csv', `This is no CSV: line ${line}, column ${position - lineStart + 1}: ${what}.`);
  }
}
