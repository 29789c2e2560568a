import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Certificate, eraseSubject as Endpoint, SubjectInput } from '../../shared/api/data-subjects.js';
import type { ReplyOf } from '../../shared/api/types.js';
import { findCheckpoint } from '../audit/queries.js';
import { type Actor, recordEvent } from '../audit/record.js';
import type { Database, Sql } from '../db.js';
import { underLegalHold } from '../errors.js';
import { lockOrg } from '../orgs/lock.js';
import { removeFiles } from '../reports/files.js';
import { rebuildRollups } from '../rollups/rebuild.js';
import { findSettings } from '../settings/queries.js';
import type { SigningKey } from '../signing-key.js';
import { readClock } from '../time.js';
import { findLeft } from './left.js';
import { PLACES } from './places.js';
import { assignPseudonyms } from './pseudonyms.js';
import { insertErasure } from './register.js';
import { renameViolations } from './rename-violations.js';
import { scrubText } from './scrub.js';
import { replacePage, searchPage } from './search.js';
import { findSubject } from './subject.js';

/**
 * Replaces a person by a pseudonym in every table, in one transaction: all of it is done or nothing. Batches wait meanwhile, and
 * those that come later are stored with the pseudonym (arriving.ts). Again, it changes what came to be known since. Throws 409
 * while a legal hold is on.
 */
export async function eraseSubject(
  db: Database,
  orgId: string,
  actor: Actor,
  signingKey: SigningKey | undefined,
  input: SubjectInput & { dry_run?: boolean },
): Promise<ReplyOf<typeof Endpoint>> {
  const { dry_run = false } = input;
  return db.withTenant(orgId, async (sql) => {
    if (!dry_run) {
      await lockOrg(sql, orgId, 'alone');
      const { legal_hold } = await findSettings(sql, orgId);
      if (legal_hold !== null) throw underLegalHold();
    }
    const { identities, ...subject } = await findSubject(sql, orgId, input);
    const { person, pseudonyms } = await assignPseudonyms(sql, orgId, identities, { store: !dry_run });
    const tables: Record<string, number> = {};
    for (const place of PLACES) {
      let count = 0;
      let after: Record<string, unknown> | null = null;
      do {
        const page = await searchPage(sql, orgId, place, { identities, pseudonyms }, after);
        if (!dry_run) await replacePage(sql, orgId, place, page.found);
        count += page.found.length;
        after = page.next;
      } while (after !== null);
      if (count > 0) tables[place.table] = count;
    }
    const left = await findLeft(sql, orgId, { identities, pseudonyms });
    const reply = { ...subject, dry_run, tables, left };
    if (dry_run) return { ...reply, erasure: null };

    await removeFiles(sql, orgId); // reports that were built before may name the person
    await renameViolations(sql, orgId, person);
    await rebuildRollups(sql, orgId); // its keys hold names
    const certificate = await certify(sql, orgId, actor, person, subject.emails, tables);
    const text = JSON.stringify(certificate);
    const erasure = {
      id: certificate.id,
      erased_at: certificate.erased_at,
      certificate: text,
      signature: signingKey?.sign(text).toString('base64') ?? null,
      public_key: signingKey?.public ?? null,
    };
    await insertErasure(sql, orgId, erasure);
    // The key that asks may be named after the person.
    const by = { ...actor, name: actor.name && scrubText(actor.name, pseudonyms) };
    await recordEvent(sql, orgId, by, {
      action: 'person.erased',
      target: { type: 'person', id: person },
      after: { erasure: erasure.id, tables },
    });
    return { ...reply, erasure };
  });
}

/** Addresses are hashed with a salt each: whoever knows one can look whether the certificate is about it. */
async function certify(
  sql: Sql,
  orgId: string,
  { type, id }: Actor,
  pseudonym: string,
  emails: readonly string[],
  tables: Record<string, number>,
): Promise<Certificate> {
  return {
    v: 1,
    id: randomUUID(),
    org: orgId,
    erased_at: await readClock(sql),
    erased_by: { type, id },
    pseudonym,
    subjects: emails.map((email) => {
      const salt = randomBytes(16).toString('hex');
      return { salt, sha256: createHash('sha256').update(`${salt}\n${email}`).digest('hex') };
    }),
    tables,
    checkpoint: (await findCheckpoint(sql, orgId))?.checkpoint ?? null,
  };
}
