import { randomUUID } from 'node:crypto';
import { operator, recordEvents } from '../audit/record.js';
import { createKey } from '../auth/key.js';
import { insertKey } from '../auth/queries.js';
import type { Config } from '../config.js';
import { ServerError } from '../errors.js';
import { insertOrg, listOrgs } from '../orgs/queries.js';
import type { Output } from './output.js';
import { withDatabase } from './with-database.js';

/** Makes an org and its first key, which has all scopes and is shown this once. */
export async function createOrg(config: Config, slug: string | undefined, name: string | undefined): Promise<Output> {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug ?? '')) {
    throw new ServerError(
      'invalid_slug',
      'org create needs a slug: lower-case letters, digits and hyphens, such as acme.',
    );
  }
  const key = createKey();
  const org = await withDatabase(config, (db) =>
    db.withSystem(async (sql) => {
      const created = await insertOrg(sql, { id: randomUUID(), slug: slug!, name: name ?? slug! });
      if (!created)
        throw new ServerError('slug_taken', `There is an org ${slug} already. See blameprompt-server org list.`);
      const first = { id: randomUUID(), name: 'first', scopes: ['*'], expiresInDays: null };
      await insertKey(sql, { ...key, ...first, orgId: created.id });
      await recordEvents(sql, created.id, operator(), [
        { action: 'org.created', target: { type: 'org', id: created.slug }, after: { name: created.name } },
        { action: 'key.created', target: { type: 'key', id: first.id }, after: first },
      ]);
      return created;
    }),
  );
  return {
    json: { org, api_key: key.key },
    text: `Created org ${org.slug}.\nIts API key, shown this once: ${key.key}`,
  };
}

export async function showOrgs(config: Config): Promise<Output> {
  const orgs = await withDatabase(config, (db) => db.withSystem(listOrgs));
  return {
    json: { orgs },
    text:
      orgs.map(({ slug, name }) => `${slug}\t${name}`).join('\n') || 'No org yet: blameprompt-server org create <slug>',
  };
}
