import { createHmac, randomBytes } from 'node:crypto';
import type { Sql } from '../db.js';
import { canonicalEmail, type Identity, type Word, wordsOf } from './identity.js';

interface Known extends Omit<Identity, 'canonical'> {
  hash: Buffer;
  pseudonym: string;
}

/** Strings whose hash is remembered: words of paths and prompts come again and again. */
const CACHE = 5_000;
/** Nothing longer names a person. */
const MAX_LENGTH = 1000;

/**
 * The pseudonyms of an org's erased people, found by what named them. Recognised is a keyed hash: the database holds
 * neither names nor addresses. (Whoever has the database, and with it the key, can try a guess; so can the server, which must.)
 */
export class Pseudonyms {
  /** Words that a name in running text can have. */
  readonly lengths: number[];
  readonly #secret: Buffer;
  readonly #known: Map<string, Known>;
  readonly #cache = new Map<string, Known | undefined>();

  constructor(secret: Buffer, known: readonly Known[]) {
    this.#secret = secret;
    this.#known = new Map(known.map((one) => [one.hash.toString('hex'), one]));
    const inText = known.filter(({ kind, in_text }) => kind === 'name' && in_text);
    this.lengths = [...new Set(inText.map(({ words }) => words))].sort((a, b) => b - a);
  }

  /** The pseudonym of an address, given in any case. */
  ofEmail(email: string): string | undefined {
    return this.#find('email', canonicalEmail(email))?.pseudonym;
  }

  /** The pseudonym of a name that stands by itself where a person does. */
  ofName(name: string): string | undefined {
    return this.#find('name', canonicalWords(wordsOf(name)))?.pseudonym;
  }

  /** The pseudonym of a name that these words of a running text are. */
  ofWords(words: readonly Word[]): string | undefined {
    const found = this.#find('name', canonicalWords(words));
    return found?.in_text ? found.pseudonym : undefined;
  }

  #find(kind: Known['kind'], canonical: string): Known | undefined {
    if (canonical.length > MAX_LENGTH) return undefined;
    const key = `${kind}\n${canonical}`;
    if (this.#cache.has(key)) return this.#cache.get(key);
    const found = this.#known.get(hashIdentity(this.#secret, { kind, canonical }).toString('hex'));
    if (this.#cache.size >= CACHE) this.#cache.clear();
    this.#cache.set(key, found);
    return found;
  }
}

const canonicalWords = (words: readonly Word[]) => words.map(({ canonical }) => canonical).join(' ');

export const hashIdentity = (secret: Buffer, { kind, canonical }: Pick<Identity, 'kind' | 'canonical'>): Buffer =>
  createHmac('sha256', secret).update(`${kind}\n${canonical}`).digest();

/** Undefined: the org has erased nobody. */
export async function loadPseudonyms(sql: Sql, orgId: string): Promise<Pseudonyms | undefined> {
  const known = await sql<(Omit<Known, 'hash'> & { hash: Uint8Array })[]>`
    select hash, kind, words, in_text, pseudonym from erased_identities where org_id = ${orgId}
  `;
  if (known.length === 0) return undefined;
  const secret = await findSecret(sql, orgId);
  return new Pseudonyms(
    secret!,
    known.map((one) => ({ ...one, hash: Buffer.from(one.hash) })),
  );
}

async function findSecret(sql: Sql, orgId: string): Promise<Buffer | undefined> {
  const [row] = await sql<{ secret: Uint8Array }[]>`select secret from erasure_secrets where org_id = ${orgId}`;
  return row && Buffer.from(row.secret);
}

export interface Assigned {
  /** Eight hex digits by chance, the same for all that names this person, however often they are erased. */
  person: string;
  pseudonyms: Pseudonyms;
}

/**
 * Gives what names one person its pseudonyms; what was erased before keeps its own. Each address gets one of its own, so that
 * sums by address stay what they are. `store` false: as it would be. Needs lockOrg where it stores.
 */
export async function assignPseudonyms(
  sql: Sql,
  orgId: string,
  identities: readonly Identity[],
  { store }: { store: boolean },
): Promise<Assigned> {
  const secret = (await findSecret(sql, orgId)) ?? randomBytes(32);
  const hashed = identities.map((identity) => ({ ...identity, hash: hashIdentity(secret, identity) }));
  const stored = await sql<(Omit<Known, 'hash'> & { hash: string })[]>`
    select encode(hash, 'hex') as hash, kind, words, in_text, pseudonym from erased_identities where org_id = ${orgId}
  `;
  const byHash = new Map(stored.map((one) => [one.hash, one]));
  const before = hashed.map(({ hash }) => byHash.get(hash.toString('hex'))?.pseudonym).find((one) => one !== undefined);
  const person = before === undefined ? randomBytes(4).toString('hex') : /[0-9a-f]{8}/.exec(before)![0];
  const count = (kind: Known['kind']) =>
    stored.filter((one) => one.kind === kind && one.pseudonym.includes(person)).length;
  const next = { email: count('email'), name: count('name') };
  const added: Known[] = [];
  for (const { kind, words, in_text, hash } of hashed) {
    const known = byHash.get(hash.toString('hex'));
    if (known && (known.in_text || !in_text)) continue;
    const label = `${person}${next[kind] === 0 ? '' : `-${next[kind] + 1}`}`;
    if (!known) next[kind]++;
    const pseudonym =
      known?.pseudonym ?? (kind === 'email' ? `erased-${label}@erased.invalid` : `Erased person ${label}`);
    added.push({ kind, words, in_text, hash, pseudonym });
  }
  const all = [...stored.map((one) => ({ ...one, hash: Buffer.from(one.hash, 'hex') })), ...added];
  if (store) {
    await sql`insert into erasure_secrets (org_id, secret) values (${orgId}, ${secret}) on conflict do nothing`;
    const rows = added.map(({ hash, ...rest }) => ({ ...rest, hash: hash.toString('hex') }));
    await sql`
      insert into erased_identities (org_id, hash, kind, words, in_text, pseudonym)
      select ${orgId}, decode(hash, 'hex'), kind, words, in_text, pseudonym
      from jsonb_to_recordset(${sql.json(rows)}) as i (hash text, kind text, words smallint, in_text boolean, pseudonym text)
      on conflict (org_id, hash) do update set in_text = excluded.in_text
    `;
  }
  return { person, pseudonyms: new Pseudonyms(secret, all) };
}

/** The name that stands beside a pseudonymous address. */
export const nameBeside = (email: string): string =>
  `Erased person ${email.slice('erased-'.length, email.lastIndexOf('@'))}`;
