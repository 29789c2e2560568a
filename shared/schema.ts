import type TypeBox from 'typebox';

export type { Static, TSchema } from 'typebox';

/**
 * The builders of TypeBox that we use, with its types. They make plain JSON Schema, which takes a line each, while TypeBox
 * itself is 370 modules that every command would load first (a fifth of a second). A test holds the two against each other.
 */
const Type = {
  String: typed('string'),
  Integer: typed('integer'),
  Number: typed('number'),
  Boolean: typed('boolean'),
  Null: typed('null'),
  Unknown: (options?: object) => ({ ...options }),
  Literal: (value: string | number | boolean, options?: object) => ({ type: typeof value, const: value, ...options }),
  Enum: (values: readonly unknown[], options?: object) => ({ enum: [...values], ...options }),
  Union: (schemas: readonly object[], options?: object) => ({ anyOf: [...schemas], ...options }),
  Array: (items: object, options?: object) => ({ type: 'array', items, ...options }),
  Record: (_keys: object, values: object, options?: object) => ({
    type: 'object',
    patternProperties: { '^.*$': values },
    ...options,
  }),
  Object(properties: Record<string, object>, options?: object) {
    const required = Object.keys(properties).filter((name) => !(OPTIONAL in properties[name]!));
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options };
  },
  // Not enumerable, so that a schema made of an optional one by `...` is not optional itself, and it is in no JSON.
  Optional: (schema: object) => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
  Unsafe: (schema: object) => ({ ...schema }),
} as unknown as Pick<typeof TypeBox, Builder>;
export default Type;

type Builder =
  | ('String' | 'Integer' | 'Number' | 'Boolean' | 'Null' | 'Unknown' | 'Literal' | 'Enum' | 'Union')
  | ('Array' | 'Record' | 'Object' | 'Optional' | 'Unsafe');

const OPTIONAL = Symbol('optional');

function typed(type: string) {
  return (options?: object) => ({ type, ...options });
}
