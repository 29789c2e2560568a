import { MAX_LINES_TEXT } from '../limits.js';
import Type, { type Static, type TSchema } from '../schema.js';

/** Scopes a key can carry. `*` stands for all of them, also those that later versions add. */
export const SCOPES = [
  'receipts:write',
  'receipts:read',
  'analytics:read',
  'teams:read',
  'teams:write',
  'policies:read',
  'policies:write',
  'violations:read',
  'violations:write',
  'keys:read',
  'keys:write',
  'settings:read',
  'settings:write',
  'audit:read',
  'webhooks:read',
  'webhooks:write',
  'subjects:read',
  'subjects:write',
  'reports:read',
  'reports:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * One endpoint as data: the route is bound from it, the validators are compiled from it, OpenAPI is printed from it and
 * the CLI's client is typed by it.
 */
export interface Endpoint<
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Reply extends TSchema = TSchema,
> {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Path in @koa/router's notation: `/api/v1/receipts/:id`. */
  path: string;
  summary: string;
  /** The scope a key needs; null for endpoints that any valid key may call; `public` needs no key. */
  scope: Scope | null | 'public';
  query?: Query;
  body?: Body;
  reply: Reply;
  /** The handler checks the body's items one by one, their text included; elsewhere all of the body is checked before it. */
  checksItems?: true;
  /** Media types that it answers beside JSON. */
  files?: readonly string[];
  /** Replies have an ETag where they may be asked for again: whoever has that state already is answered 304. */
  tagged?: true;
  /** Repeating it makes another one: a client that got no answer must not just try again. */
  once?: true;
  /** Status of the reply when all went well; 200 where nothing is said. */
  status?: 200 | 201;
}

/** Keeps the literal types of an endpoint's schemas. */
export function endpoint<Query extends TSchema, Body extends TSchema, Reply extends TSchema>(
  definition: Endpoint<Query, Body, Reply>,
): Endpoint<Query, Body, Reply> {
  return definition;
}

export type QueryOf<E extends Endpoint> = E extends Endpoint<infer Query, TSchema, TSchema> ? Static<Query> : never;
export type BodyOf<E extends Endpoint> = E extends Endpoint<TSchema, infer Body, TSchema> ? Static<Body> : never;
export type ReplyOf<E extends Endpoint> = E extends Endpoint<TSchema, TSchema, infer Reply> ? Static<Reply> : never;

/** An object that refuses fields it does not know, so that a misspelt field is an error and not a silent loss. */
export const Strict = <Properties extends Record<string, TSchema>>(properties: Properties, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description && { description }) });

/** The same schema, or null. Written as a type list rather than `anyOf`, so that a fault gives one message, not three. */
export const Nullable = <Schema extends TSchema>(schema: Schema) => {
  const { type, enum: values } = schema as { type?: string; enum?: unknown[] };
  return Type.Unsafe<Static<Schema> | null>({
    ...schema,
    ...(type !== undefined && { type: [type, 'null'] }),
    ...(values !== undefined && { enum: [...values, null] }),
  });
};

/** A field that may be absent or null; both mean "not known". */
export const Maybe = <Schema extends TSchema>(schema: Schema) => Type.Optional(Nullable(schema));

type Fields = Record<string, TSchema>;
const mapFields = (fields: Fields, change: (schema: TSchema) => TSchema) =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, change(schema)]));

/** Every field of the list, each absent, null or as described. */
export const maybeAll = <F extends Fields>(fields: F) =>
  mapFields(fields, Maybe) as { [K in keyof F]: ReturnType<typeof Maybe<F[K]>> };

/** Every field of the list, each null or as described. */
export const nullableAll = <F extends Fields>(fields: F) =>
  mapFields(fields, Nullable) as { [K in keyof F]: ReturnType<typeof Nullable<F[K]>> };

export const Uuid = Type.String({ format: 'uuid' });
export const Timestamp = Type.String({ format: 'timestamp', description: 'RFC 3339, 1970 to 2200', maxLength: 40 });
export const Oid = Type.String({
  pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$',
  description: 'commit oid, SHA-1 or SHA-256',
});
export const Name = Type.String({ minLength: 1, maxLength: 200 });
export const RepoName = Type.String({
  minLength: 1,
  maxLength: 2000,
  description: 'any remote URL or name; stored as host/path',
});
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const LineCount = Type.Integer({ minimum: 0, maximum: 2_000_000_000 });
export const Usd = Type.Number({ minimum: 0, maximum: 1e9, description: 'US dollars' });
export const Lines = Type.String({
  format: 'lines',
  maxLength: MAX_LINES_TEXT,
  description: '1-based, inclusive: `1-10,15`',
});

export const Attribution = Strict(
  { commit: Maybe(Oid), path: Maybe(Type.String({ minLength: 1, maxLength: 4096 })), lines: Maybe(Lines) },
  'Lines of one file in one commit that a receipt accounts for. Without lines: the file; without path: the commit.',
);
export type Attribution = Static<typeof Attribution>;
