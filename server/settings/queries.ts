import { DEFAULT_SETTINGS, type Settings, type SettingsPatch } from '../../shared/api/settings.js';
import { mergePatch } from '../../shared/merge-patch.js';
import type { Sql } from '../db.js';
import { utc } from '../time.js';

/** What an org changed of our defaults, as it is stored. Its row may be there without a change: limits on cost lock it. */
export async function findChanges(
  sql: Sql,
  orgId: string,
): Promise<{ changes: SettingsPatch; updated_at: string | null }> {
  const [row] = await sql<{ changes: SettingsPatch; updated_at: string | null }[]>`
    select settings as changes, case when settings <> '{}' then ${utc(sql, 'updated_at')} end as updated_at
    from org_settings
    where org_id = ${orgId}
  `;
  return row ?? { changes: {}, updated_at: null };
}

/** The settings in force. */
export async function findSettings(sql: Sql, orgId: string): Promise<Settings> {
  return inForce((await findChanges(sql, orgId)).changes);
}

export const inForce = (changes: SettingsPatch): Settings => mergePatch(DEFAULT_SETTINGS, changes);

export async function saveChanges(sql: Sql, orgId: string, changes: SettingsPatch): Promise<void> {
  await sql`
    insert into org_settings (org_id, settings) values (${orgId}, ${sql.json(changes as never)})
    on conflict (org_id) do update set settings = excluded.settings, updated_at = now()
  `;
}

/** Takes out of every receipt, and of what amendments replaced, what a stricter privacy setting does not allow. */
export async function stripPrompts(sql: Sql, orgId: string, floor: Settings['privacy']['prompts']): Promise<void> {
  if (floor === 'summary') return;
  const fields = floor === 'none' ? ['prompt_summary', 'prompt_hash'] : ['prompt_summary'];
  await sql`
    update receipts set ${sql(Object.fromEntries(fields.map((field) => [field, null])))}
    where org_id = ${orgId} and ${floor === 'none' ? sql`(prompt_summary is not null or prompt_hash is not null)` : sql`prompt_summary is not null`}
  `;
  await sql`
    update receipt_revisions set content = content - ${fields}::text[]
    where org_id = ${orgId} and part = 'receipt' and content ?| ${fields}::text[]
  `;
}

/**
 * Commit facts that were replaced under another ignore list are no earlier state of these: when a clone counts by a list that
 * held before, its numbers count again.
 */
export async function forgetSeenCounts(sql: Sql, orgId: string): Promise<void> {
  await sql`update commits set seen_hashes = '{}' where org_id = ${orgId} and seen_hashes <> '{}'`;
}
