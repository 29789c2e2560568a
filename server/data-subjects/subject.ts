import type { SharedName, SubjectInput } from '../../shared/api/data-subjects.js';
import type { Sql } from '../db.js';
import { canonicalEmail, emailIdentity, type Identity, nameIdentity } from './identity.js';

export interface Subject {
  emails: string[];
  names: string[];
  /** Names that stand beside the person's addresses and beside others', too. */
  shared_names: SharedName[];
  identities: Identity[];
}

/**
 * Everything that names a person: the addresses given, the names given, and the names that stand beside these addresses and no
 * other. A name that somebody else has, too, is theirs as well: it counts only where it is given.
 */
export async function findSubject(sql: Sql, orgId: string, { emails, names = [] }: SubjectInput): Promise<Subject> {
  await sql`set local statement_timeout = '10min'`;
  const addresses = [...new Set(emails.map(canonicalEmail))];
  const beside = await sql<{ name: string; others: string[] }[]>`
    with pairs as (
      select author as email, user_name as name from receipts where org_id = ${orgId}
      union
      select lower(author_email), author_name from commits where org_id = ${orgId}
      union
      select lower(content ->> 'user_email'), content ->> 'user_name'
      from receipt_revisions where org_id = ${orgId} and part = 'receipt'
    ), own as (
      select distinct name from pairs where email = any(${addresses}::text[]) and name is not null
    )
    select name, array_remove(array_agg(distinct email) filter (where email <> all(${addresses}::text[])), null) as others
    from own join pairs using (name)
    group by name
    order by name
    limit 1000
  `;
  const isGiven = (name: string) =>
    names.some((given) => nameIdentity(given)?.canonical === nameIdentity(name)?.canonical);
  // What was erased before has the pseudonym in the place of the name.
  const known = beside.filter(({ name }) => !name.startsWith('Erased person '));
  const own = known.filter(({ name, others }) => (others ?? []).length === 0 && !isGiven(name)).map(({ name }) => name);
  return {
    emails: addresses,
    names: [...names, ...own],
    shared_names: known
      .filter(({ name, others }) => (others ?? []).length > 0 && !isGiven(name))
      .map(({ name, others }) => ({ name, others: others.slice(0, 10) })),
    identities: distinct([
      ...addresses.map(emailIdentity),
      ...names.map((name) => nameIdentity(name, true)),
      ...own.map((name) => nameIdentity(name)),
    ]),
  };
}

/** Spellings of one name are one identity; the first one counts, which is the one given. */
function distinct(identities: (Identity | undefined)[]): Identity[] {
  const byForm = new Map<string, Identity>();
  for (const identity of identities) {
    const form = `${identity?.kind} ${identity?.canonical}`;
    if (identity && !byForm.has(form)) byForm.set(form, identity);
  }
  return [...byForm.values()];
}
