import type Router from '@koa/router';
import type { Fault } from '../../shared/api/problem.js';
import { getSettings, type Settings, type SettingsPatch, updateSettings } from '../../shared/api/settings.js';
import { checkPriceTable } from '../../shared/cost/price-table.js';
import { mergePatch } from '../../shared/merge-patch.js';
import { strictest } from '../../shared/prompt-mode.js';
import { recordEvent } from '../audit/record.js';
import type { Sql } from '../db.js';
import { invalidBody, underLegalHold } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { lockOrg } from '../orgs/lock.js';
import { rebuildRollups } from '../rollups/rebuild.js';
import * as queries from './queries.js';

export function settingsRoutes(router: Router, services: Services): void {
  bind(router, services, getSettings, ({ db, principal: { orgId } }) =>
    db.withTenant(orgId, (sql) => describe(sql, orgId)),
  );

  bind(router, services, updateSettings, ({ db, principal: { orgId }, actor, body }) => {
    checkPrices(body);
    return db.withTenant(orgId, async (sql) => {
      await lockOrg(sql, orgId, 'alone');
      const { changes } = await queries.findChanges(sql, orgId);
      const patched = mergePatch(changes, body);
      await queries.saveChanges(sql, orgId, patched);
      const target = { type: 'org', id: orgId };
      await recordEvent(sql, orgId, actor, { action: 'settings.updated', target, before: changes, after: patched });
      await applyChange(sql, orgId, queries.inForce(changes), queries.inForce(patched));
      return describe(sql, orgId);
    });
  });
}

async function describe(sql: Sql, orgId: string) {
  const { changes, updated_at } = await queries.findChanges(sql, orgId);
  return { settings: queries.inForce(changes), updated_at };
}

/** What a change means for data that is there already. */
async function applyChange(sql: Sql, orgId: string, before: Settings, after: Settings): Promise<void> {
  const floor = after.privacy.prompts;
  if (strictest(floor, before.privacy.prompts) !== before.privacy.prompts) {
    if (after.legal_hold !== null) throw underLegalHold(); // prompts that are there would go
    await queries.stripPrompts(sql, orgId, floor);
  }
  if (JSON.stringify(before.ignore) !== JSON.stringify(after.ignore)) await queries.forgetSeenCounts(sql, orgId);
  if (before.time_zone !== after.time_zone) await rebuildRollups(sql, orgId);
}

function checkPrices({ prices }: SettingsPatch): void {
  const { faults } = checkPriceTable({ version: 'org', prices: prices ?? [] });
  if (faults) throw invalidBody(faults.map((fault): Fault => ({ in: 'body', ...fault })));
}
