import type { Erasure } from '../../shared/api/data-subjects.js';
import type { Sql } from '../db.js';
import type { Position } from '../http/cursor.js';
import { instant, utc } from '../time.js';

export async function insertErasure(sql: Sql, orgId: string, erasure: Erasure): Promise<void> {
  const { id, erased_at, certificate, signature, public_key } = erasure;
  await sql`
    insert into erasures (org_id, id, erased_at, certificate, signature, public_key)
    values (${orgId}, ${id}, ${instant(sql, erased_at)}, ${certificate}, ${signature}, ${public_key})
  `;
}

/** A page of the register, the newest first, from behind `after`. */
export async function listErasures(
  sql: Sql,
  orgId: string,
  limit: number,
  after: Position | undefined,
): Promise<Erasure[]> {
  return sql<Erasure[]>`
    select id, ${utc(sql, 'erased_at')} as erased_at, certificate, signature, public_key
    from erasures
    where org_id = ${orgId}
      ${after ? sql`and (erased_at, id) < (${instant(sql, after.timestamp)}, ${after.id}::uuid)` : sql``}
    order by erasures.erased_at desc, id desc
    limit ${limit}
  `;
}
