import type { Trace } from '../../cli/sources/agent-trace-records.js';
import { checkUsable } from '../../cli/sources/damage.test.support.js';
import { context, ID, PRIVATE, PROMPT, PROMPT_HASH } from '../../cli/sources/notes.test.support.js';
import type { ParsedNote } from '../../cli/sources/source.js';
import type { Involvement } from '../../cli/sources/trailers.js';
import { commitFact } from '../../cli/sync/commit-fact.js';
import { countCommitLines } from '../../cli/sync/count-lines.js';
import { CommitFact } from '../../shared/api/receipts.js';
import { type LineSet, MAX_LINE } from '../../shared/line-set.js';
import { compileBody } from '../../shared/validate.js';
import type { Outcome, PromptMode } from './formats.js';

const checkFact = compileBody(CommitFact);

const COMMIT = {
  oid: 'c0ffee'.padEnd(40, '0'),
  tree: '',
  parents: [],
  committedAt: 1_772_000_000,
  authoredAt: 1_772_000_000,
  authorName: 'Ada Example',
  authorEmail: 'ada@example.com',
};

const COUNTED = { commit: COMMIT, isMerge: false, said: undefined, origins: [], aiFiles: [] };

/** What the commit added in files that the fixtures speak of. */
const ADDED = ['src/a.ts', 'src/login.ts', 'a.ts', 'src/my file.ts'].map((path) => ({
  path,
  added: [[1, 8] as const, [10, 12] as const],
  deleted: 3,
}));

/** Throws unless what became of a note can be shown, sent and counted, and holds nothing that must stay. */
export function checkOutcome(outcome: Outcome, prompts: PromptMode, keepsKeys: boolean): void {
  if ('involved' in outcome) checkInvolved(outcome.involved);
  else if ('traces' in outcome) checkTraces(outcome.traces);
  else {
    checkUsable(outcome);
    if (!('reason' in outcome)) checkCounted(outcome);
  }
  if (!keepsKeys) return;
  const text = JSON.stringify(outcome);
  if (text.includes(PRIVATE)) throw new Error('private text was read');
  if (prompts !== 'summary' && text.includes(PROMPT)) throw new Error(`a prompt was read, with prompts = ${prompts}`);
  if (prompts === 'none' && text.includes(PROMPT_HASH)) throw new Error('the hash of a prompt was read');
}

function checkInvolved(involved: Involvement[]): void {
  checkSendable(commitFact({ ...COUNTED, lines: null, aiBy: [], involved }));
  for (const { session_id, checkpoint_id } of involved) {
    for (const id of [session_id, checkpoint_id]) {
      if (id !== undefined && (id === '' || id.length > 200 || !id.isWellFormed())) throw new Error(`an id ${id}`);
    }
  }
}

/** As attributions, since these they become. */
function checkTraces(traces: Trace[]): void {
  const { timestamp } = context.time;
  for (const { lines } of traces) {
    const attributions = lines.map((said) => {
      checkLines(said.lines);
      return { commit: COMMIT.oid, path: said.path, lines: null };
    });
    checkUsable({
      receipts: [{ id: ID, timestamp, attributions: attributions.slice(0, 1000) }],
      claims: [],
      skipped: [],
    });
  }
}

/** Never more lines than were added, and a fact that the server takes. */
function checkCounted({ claims, counts }: ParsedNote): void {
  for (const { path, lines } of claims) {
    if (!isBelowRoot(path)) throw new Error(`lines are claimed in ${JSON.stringify(path.slice(0, 100))}`);
    checkLines(lines);
  }
  const { lines, aiBy } = countCommitLines(ADDED, { claims, ...(counts && { counts: new Map([['x', counts]]) }) });
  const { added, ai, human, unknown } = lines;
  if (added !== ADDED.length * 11 || ai + human + unknown !== added || Math.min(ai, human, unknown) < 0)
    throw new Error(`counted ${JSON.stringify(lines)}`);
  checkSendable(commitFact({ ...COUNTED, lines, aiBy, involved: [] }));
}

function checkLines(lines: LineSet): void {
  for (const [i, [start, end]] of lines.entries()) {
    const ordered = start >= 1 && end >= start && end <= MAX_LINE && (i === 0 || start > lines[i - 1]![1] + 1);
    if (!ordered || !Number.isInteger(start + end)) throw new Error(`no set of lines: ${start}-${end}`);
  }
}

function isBelowRoot(path: string): boolean {
  return path !== '' && !/^(?:\/|[A-Za-z]:[\\/])/.test(path) && !path.split('/').includes('..');
}

function checkSendable(fact: CommitFact): void {
  const { faults } = checkFact(fact);
  if (faults) throw new Error(JSON.stringify(faults));
}
