import { randomUUID } from 'node:crypto';
import { SCOPES } from '../../shared/api/types.js';
import { operator, recordEvent } from '../audit/record.js';
import { createKey } from '../auth/key.js';
import { insertKey, listKeys, revokeKey } from '../auth/queries.js';
import type { Config } from '../config.js';
import { ServerError } from '../errors.js';
import { findOrg } from '../orgs/queries.js';
import type { Output } from './output.js';
import { withDatabase } from './with-database.js';

export interface NewKeyFlags {
  org?: string | undefined;
  name?: string | undefined;
  scopes?: string | undefined;
  expires?: string | undefined;
}

/** Makes a key for an org; it is shown this once. */
export async function createApiKey(config: Config, flags: NewKeyFlags): Promise<Output> {
  const { org: slug, name } = flags;
  if (!slug || !name || !flags.scopes) {
    throw new ServerError('usage', 'key create needs --org <slug> --name <name> --scopes <a,b> [--expires 90d].');
  }
  const scopes = flags.scopes.split(',').map((scope) => scope.trim());
  const unknown = scopes.find((scope) => scope !== '*' && !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined)
    throw new ServerError(
      'unknown_scope',
      `There is no scope "${unknown}". Known: ${SCOPES.join(', ')}, or * for all.`,
    );
  const expiresInDays = readDays(flags.expires);
  const key = createKey();
  const id = randomUUID();
  await withDatabase(config, (db) =>
    db.withSystem(async (sql) => {
      const org = await findOrg(sql, slug);
      if (!org) throw new ServerError('unknown_org', `There is no org ${slug}. See blameprompt-server org list.`);
      await insertKey(sql, { ...key, orgId: org.id, id, name, scopes, expiresInDays });
      const after = { name, scopes, expires_in_days: expiresInDays };
      await recordEvent(sql, org.id, operator(), { action: 'key.created', target: { type: 'key', id }, after });
    }),
  );
  return {
    json: {
      key: { id, org: slug, name, scopes, selector: key.selector, expires_in_days: expiresInDays },
      api_key: key.key,
    },
    text: `Created key ${name} for ${slug}.\nThe API key, shown this once: ${key.key}`,
  };
}

export async function showKeys(config: Config, org: string | undefined): Promise<Output> {
  const keys = await withDatabase(config, (db) => db.withSystem((sql) => listKeys(sql, org ?? null)));
  const state = (key: (typeof keys)[number]) =>
    key.revoked_at ? 'revoked' : key.expires_at && key.expires_at < new Date() ? 'expired' : 'active';
  return {
    json: { keys: keys.map((key) => ({ ...key, state: state(key) })) },
    text:
      keys.map((key) => [key.org, key.name, key.selector, state(key), key.scopes.join(',')].join('\t')).join('\n') ||
      'No keys.',
  };
}

export async function revokeApiKey(config: Config, idOrSelector: string | undefined): Promise<Output> {
  if (!idOrSelector)
    throw new ServerError(
      'usage',
      'key revoke needs the id or the selector of a key; see blameprompt-server key list.',
    );
  const revoked = await withDatabase(config, (db) =>
    db.withSystem(async (sql) => {
      const key = await revokeKey(sql, idOrSelector);
      if (key) {
        const deed = { action: 'key.revoked', target: { type: 'key', id: key.id } };
        await recordEvent(sql, key.org_id, operator(), deed);
      }
      return key;
    }),
  );
  if (!revoked) throw new ServerError('unknown_key', `No key in force has the id or selector ${idOrSelector}.`);
  return { json: { revoked: idOrSelector }, text: `Revoked ${idOrSelector}. It stops working at once.` };
}

/** `90d` as 90; absent: never expires. */
function readDays(text: string | undefined): number | null {
  if (text === undefined) return null;
  const match = /^([1-9]\d{0,4})d$/.exec(text);
  if (!match) throw new ServerError('usage', `--expires takes days, such as 90d, not "${text}".`);
  return Number(match[1]);
}
