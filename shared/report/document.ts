/**
 * A report as data, before any format: what it says, in order. Each format (Markdown, HTML, PDF, CSV, JSON) is a writer of
 * this and of nothing else, so that all of them say the same.
 */
export interface ReportDocument {
  /** Such as `soc2`. */
  type: string;
  title: string;
  organisation: string;
  /** Stays when the organisation is renamed. */
  organisation_id: string;
  /** Instants in RFC 3339, UTC; `to` is the first instant that is not part of it. */
  period: { from: string; to: string; time_zone: string };
  /** The program and its version. */
  generator: string;
  sections: Section[];
}

export interface Section {
  /** Lower-case letters, digits and hyphens; unique in the document. */
  id: string;
  title: string;
  blocks: Block[];
}

export type Block = Text | Facts | Table | Chart;

export interface Text {
  kind: 'text';
  text: string;
}

/** Names and values, one a line. */
export interface Facts {
  kind: 'facts';
  /** Unique in the document. */
  id: string;
  facts: Fact[];
}

export interface Fact {
  /** The name in JSON, snake_case. */
  id: string;
  label: string;
  value: Cell;
  unit?: Unit;
}

export interface Table {
  kind: 'table';
  /** Unique in the document. */
  id: string;
  title: string;
  columns: Column[];
  /** Batches of rows, as many cells as columns. May be long: it is read once, never gathered. */
  rows: () => AsyncIterable<Cell[][]> | Iterable<Cell[][]>;
  /** Says that there are no rows, where "no data" could be read as "no violations". */
  empty: string;
}

export interface Column {
  /** The name in JSON and CSV, snake_case. */
  id: string;
  label: string;
  unit?: Unit;
}

export type Unit = 'usd' | 'percent' | 'count' | 'instant' | 'day';

/** Null: not known. */
export type Cell = string | number | boolean | null;

export interface Chart {
  kind: 'chart';
  id: string;
  title: string;
  type: 'bar' | 'line' | 'stacked';
  unit: Unit;
  /** Along the x axis, in order. */
  labels: string[];
  series: { name: string; values: (number | null)[] }[];
}
