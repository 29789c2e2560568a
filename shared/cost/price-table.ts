import { Name, Strict } from '../api/types.js';
import Type, { type Static } from '../schema.js';
import { compileBody, type SchemaFault } from '../validate.js';

/** US dollars per million tokens. Read to the sixth decimal, which is 1e-12 USD a token. */
const Rate = Type.Number({ minimum: 0, maximum: 100_000, description: 'USD per million tokens' });

export const PriceEntry = Strict(
  {
    model: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[^*/\\s]([^*/]*[^*/\\s])?\\*?$',
      description: 'a model name without `provider/`, or the beginning of names followed by `*`',
    }),
    provider: Name,
    valid_from: Type.Optional(
      Type.String({ format: 'date', maxLength: 10, description: 'first day (UTC) of this price; absent: always' }),
    ),
    input: Rate,
    output: Rate,
    cache_read: Rate,
    cache_write: Rate,
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'where the price is published' })),
  },
  'What the tokens of one model cost.',
);
export type PriceEntry = Static<typeof PriceEntry>;

export const PriceTable = Strict(
  { version: Type.String({ minLength: 1, maxLength: 100 }), prices: Type.Array(PriceEntry, { maxItems: 1000 }) },
  'A price table. Its version is kept with every estimate made from it.',
);
export type PriceTable = Static<typeof PriceTable>;

const checkSchema = compileBody(PriceTable);

/** Checks a table that came from outside. Two prices for one model and day are a fault: which one wins would be chance. */
export function checkPriceTable(
  value: unknown,
): { value: PriceTable; faults?: undefined } | { value?: undefined; faults: SchemaFault[] } {
  const checked = checkSchema(value);
  if (checked.faults) return checked;
  const faults = repeated(checked.value).map((index) => ({
    pointer: `/prices/${index}`,
    message: 'prices a model a second time from the same day',
  }));
  return faults.length > 0 ? { faults } : checked;
}

/** Positions of entries whose model and first day an earlier entry has. */
function repeated(table: PriceTable): number[] {
  const seen = new Set<string>();
  return table.prices.flatMap((entry, index) => {
    const key = JSON.stringify([entry.model.toLowerCase(), entry.valid_from ?? '']);
    if (seen.has(key)) return [index];
    seen.add(key);
    return [];
  });
}
