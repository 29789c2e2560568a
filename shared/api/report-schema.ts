import { JSON_FORMAT } from '../report/json.js';
import Type from '../schema.js';
import { Nullable } from './types.js';

const Unit = Type.Optional(Type.Enum(['usd', 'percent', 'count', 'instant', 'day']));
const Cell = Type.Unsafe<string | number | boolean | null>({ type: ['string', 'number', 'boolean', 'null'] });
const Id = Type.String({ pattern: '^[a-z0-9_-]+$' });
const kind = (name: string) => Type.Enum([name]);

const Text = Type.Object({ kind: kind('text'), text: Type.String() });

const Facts = Type.Object({
  kind: kind('facts'),
  id: Id,
  facts: Type.Array(Type.Object({ id: Id, label: Type.String(), value: Cell, unit: Unit })),
});

const Table = Type.Object({
  kind: kind('table'),
  id: Id,
  title: Type.String(),
  empty: Type.String({ description: 'what it means when there are no rows' }),
  columns: Type.Array(Type.Object({ id: Id, label: Type.String(), unit: Unit })),
  rows: Type.Array(Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: Cell }), {
    description: 'a member for each column, by its id; null: not known',
  }),
});

const Chart = Type.Object({
  kind: kind('chart'),
  id: Id,
  title: Type.String(),
  type: Type.Enum(['bar', 'line', 'stacked']),
  unit: Unit,
  labels: Type.Array(Type.String()),
  series: Type.Array(Type.Object({ name: Type.String(), values: Type.Array(Nullable(Type.Number())) })),
});

/** A report in JSON, as shared/report/json.ts writes it; GET /api/v1/reports/schema answers this. */
export const ReportJson = Type.Object({
  format: kind(JSON_FORMAT),
  type: Type.String(),
  title: Type.String(),
  organisation: Type.String(),
  period: Type.Object({
    from: Type.String({ format: 'timestamp' }),
    to: Type.String({ format: 'timestamp', description: 'the first instant that is not part of it' }),
    time_zone: Type.String(),
  }),
  generator: Type.String(),
  sections: Type.Array(
    Type.Object({
      id: Id,
      title: Type.String(),
      blocks: Type.Array(Type.Union([Text, Facts, Table, Chart])),
    }),
  ),
});
