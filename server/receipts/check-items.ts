import { CommitFact, Receipt, type Rejected } from '../../shared/api/receipts.js';
import { findUnstorable, toStorable, truncate } from '../../shared/text.js';
import { type Check, compileBody } from '../../shared/validate.js';
import { type CanonicalReceipt, canonicalReceipt } from './content.js';

const checkReceipt = compileBody(Receipt);
const checkCommit = compileBody(CommitFact);

/** An id may arrive with several contents in one batch; more than this is no history but an attack on our time. */
const MAX_REVISIONS_IN_BATCH = 20;

/** Sorts out the receipts that can be stored. The others are refused one by one, with the reason and the place. */
export function acceptReceipts(items: unknown[], rejected: Rejected[], prefix: string): CanonicalReceipt[] {
  const seen = new Map<string, number>();
  const accepted: CanonicalReceipt[] = [];
  items.forEach((item, index) => {
    const receipt = accept('receipt', item, index, checkReceipt, rejected, prefix);
    if (!receipt) return;
    const stored = canonicalReceipt(receipt);
    const times = (seen.get(stored.id) ?? 0) + 1;
    seen.set(stored.id, times);
    if (times <= MAX_REVISIONS_IN_BATCH) accepted.push(stored);
    else {
      const message = `stands in this batch more than ${MAX_REVISIONS_IN_BATCH} times; send its revisions in batches of their own`;
      rejected.push({
        kind: 'receipt',
        index,
        id: stored.id,
        code: 'too_many_revisions',
        message,
        pointer: `${prefix}/${index}/id`,
      });
    }
  });
  return accepted;
}

/** The same for commit facts. Of two facts about one commit the later counts. */
export function acceptCommits(items: unknown[], rejected: Rejected[]): CommitFact[] {
  const accepted = new Map<string, CommitFact>();
  items.forEach((item, index) => {
    const fact = accept('commit', item, index, checkCommit, rejected, '/commits');
    if (!fact) return;
    const { lines } = fact;
    if (lines && lines.ai + lines.human + lines.unknown !== lines.added) {
      const message = 'ai + human + unknown must equal added';
      const pointer = `/commits/${index}/lines`;
      rejected.push({ kind: 'commit', index, id: fact.commit, code: 'lines_do_not_add_up', message, pointer });
      return;
    }
    accepted.set(fact.commit, fact);
  });
  return [...accepted.values()];
}

function accept<T>(
  kind: Rejected['kind'],
  item: unknown,
  index: number,
  check: Check<T>,
  rejected: Rejected[],
  prefix: string,
): T | undefined {
  const { value, faults } = check(item);
  const fault: Fault | undefined = faults ? faults[0]! : unstorable(value);
  if (!fault) return value;
  rejected.push({
    kind,
    index,
    id: identify(kind, item),
    code: fault.code ?? 'invalid',
    message: fault.message,
    pointer: `${prefix}/${index}${fault.pointer}`,
  });
  return undefined;
}

interface Fault {
  code?: string;
  pointer: string;
  message: string;
}

function unstorable(value: unknown): Fault | undefined {
  const pointer = findUnstorable(value);
  return pointer === undefined
    ? undefined
    : {
        code: 'unstorable_text',
        pointer,
        message: 'holds a NUL or half a surrogate pair, which PostgreSQL cannot keep',
      };
}

function identify(kind: Rejected['kind'], item: unknown): string | null {
  const id = (item as { id?: unknown; commit?: unknown } | null)?.[kind === 'receipt' ? 'id' : 'commit'];
  return typeof id === 'string' ? truncate(toStorable(id), 100) : null;
}
