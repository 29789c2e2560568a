import Type, { type Static } from '../schema.js';
import { Count, endpoint, Name, Nullable, Strict, Timestamp, Uuid } from './types.js';

const Email = Type.String({ minLength: 3, maxLength: 320, pattern: '^\\S+@\\S+$' });

const subject = {
  emails: Type.Array(Email, { minItems: 1, maxItems: 50, description: 'every address of the person' }),
  names: Type.Optional(
    Type.Array(Name, {
      maxItems: 50,
      description: 'further names; those that stand beside the addresses and no others are found by themselves',
    }),
  ),
};
export interface SubjectInput {
  emails: string[];
  names?: string[];
}

const SharedName = Type.Object(
  { name: Type.String(), others: Type.Array(Type.String()) },
  {
    description:
      'a name beside the person’s addresses that other addresses have, too: it counts only where it is given',
  },
);
export type SharedName = Static<typeof SharedName>;

const person = {
  emails: Type.Array(Type.String()),
  names: Type.Array(Type.String()),
  shared_names: Type.Array(SharedName),
};

/** By POST, so that addresses stand in no URL and in no log of one. */
export const exportSubject = endpoint({
  id: 'exportSubject',
  method: 'post',
  path: '/api/v1/data-subjects/export',
  summary: 'Everything that is stored about a person, table by table and page by page',
  scope: 'subjects:read',
  body: Strict({
    ...subject,
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4000, description: 'next_cursor of the page before' }),
    ),
  }),
  reply: Type.Object({
    ...person,
    table: Type.String(),
    rows: Type.Array(Type.Unknown({ description: 'a row that names the person, as it is stored' })),
    next_cursor: Nullable(Type.String({ description: 'null: that was all' })),
  }),
});

const Tables = Type.Record(Type.String(), Count, { description: 'rows by table' });

/** What was erased, when and by whom, without a word of who it was. */
export const Certificate = Type.Object({
  v: Type.Literal(1),
  id: Uuid,
  org: Uuid,
  erased_at: Timestamp,
  erased_by: Type.Object({ type: Type.String(), id: Type.String() }),
  pseudonym: Type.String({ description: 'eight hex digits that all pseudonyms of the person hold' }),
  subjects: Type.Array(Type.Object({ salt: Type.String(), sha256: Type.String() }), {
    description: 'of each address: SHA-256 of salt, a line feed and the address in lower case',
  }),
  tables: Tables,
  checkpoint: Nullable(Type.String({ description: 'the signed head of the audit log before it' })),
});
export type Certificate = Static<typeof Certificate>;

export const Erasure = Type.Object({
  id: Uuid,
  erased_at: Timestamp,
  certificate: Type.String({ description: 'JSON; exactly these bytes are signed' }),
  signature: Nullable(Type.String({ description: 'base64, Ed25519; null: the server has no key' })),
  public_key: Nullable(Type.String({ description: 'base64 of the DER (SPKI)' })),
});
export type Erasure = Static<typeof Erasure>;

export const eraseSubject = endpoint({
  id: 'eraseSubject',
  method: 'post',
  path: '/api/v1/data-subjects/erase',
  summary: 'Replace a person by a pseudonym everywhere, for good',
  scope: 'subjects:write',
  once: true,
  body: Strict({
    ...subject,
    dry_run: Type.Optional(Type.Boolean({ description: 'say what would change, and change nothing', default: false })),
  }),
  reply: Type.Object({
    ...person,
    dry_run: Type.Boolean(),
    tables: Tables,
    left: Type.Array(Type.Object({ column: Type.String(), rows: Count, why: Type.String() }), {
      description: 'what still names the person and is not changed',
    }),
    erasure: Nullable(Erasure),
  }),
});

export const listErasures = endpoint({
  id: 'listErasures',
  method: 'get',
  path: '/api/v1/erasures',
  summary: 'The register of erasures, the newest first',
  scope: 'subjects:read',
  query: Strict({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'next_cursor of the page before' })),
  }),
  reply: Type.Object({ erasures: Type.Array(Erasure), next_cursor: Nullable(Type.String()) }),
});
