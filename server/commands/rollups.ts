import type { Config } from '../config.js';
import type { Database } from '../db.js';
import { ServerError } from '../errors.js';
import { listOrgs } from '../orgs/queries.js';
import { rebuildRollups } from '../rollups/rebuild.js';
import { verifyRollups } from '../rollups/verify.js';
import type { Output } from './output.js';
import { withDatabase } from './with-database.js';

/** Compares rollups with the facts they are sums of. That they differ is an error. */
export function verify(config: Config, slug: string | undefined): Promise<Output> {
  return withDatabase(config, async (db) => {
    const orgs = await eachOrg(db, slug, async (id) => ({ drift: await verifyRollups(db, id) }));
    const wrong = orgs.filter(({ drift }) => drift > 0);
    if (wrong.length > 0) {
      const list = wrong.map(({ org, drift }) => `${org}: ${drift}`).join(', ');
      throw new ServerError(
        'rollups_differ',
        `Rows of rollups that differ from the receipts: ${list}. Mend them with blameprompt-server rollups rebuild, and tell us.`,
      );
    }
    return { json: { orgs }, text: orgs.map(({ org }) => `${org}\tequal`).join('\n') };
  });
}

/** Builds rollups anew. The server can go on running; what is sent for the org meanwhile waits. */
export function rebuild(config: Config, slug: string | undefined): Promise<Output> {
  return withDatabase(config, async (db) => {
    const orgs = await eachOrg(db, slug, async (id) => {
      await db.withTenant(id, (sql) => rebuildRollups(sql, id));
      return {};
    });
    return { json: { orgs }, text: orgs.map(({ org }) => `${org}\trebuilt`).join('\n') };
  });
}

async function eachOrg<T>(db: Database, slug: string | undefined, work: (id: string) => Promise<T>) {
  const chosen = (await db.withSystem(listOrgs)).filter((org) => slug === undefined || org.slug === slug);
  if (slug !== undefined && chosen.length === 0)
    throw new ServerError('unknown_org', `There is no org ${slug}. See blameprompt-server org list.`);
  const done: ({ org: string } & T)[] = [];
  for (const { id, slug: org } of chosen) done.push({ org, ...(await work(id)) });
  return done;
}
