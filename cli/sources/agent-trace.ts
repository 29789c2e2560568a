import { stableId } from '../../shared/ids.js';
import { readTraces, type Trace, type TracedLines } from './agent-trace-records.js';
import {
  type AttestedFiles,
  type Author,
  attest,
  beyondLimit,
  type Draft,
  HUMAN,
  MAX_RECEIPTS,
  NOBODY,
  namesOf,
  newDraft,
  recorded,
  settle,
  testTool,
  touch,
  unread,
  writtenAt,
} from './draft.js';
import { hasKeys, isList, isObjectWith } from './sniff.js';
import type { Count, NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'agent-trace';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Agent Trace: the specification's records, a flat variant, and the ledger of agent-trace-cli (see parseTraces). Each
 * trace in which AI had a part is a receipt. The commit is the annotated one, whatever `vcs.revision` says.
 */
export const agentTrace: Source = {
  name: NAME,
  recorder: 'Agent Trace',
  places: ['refs/notes/agent-trace', '.agent-trace/traces.jsonl'],
  gives: 'traces and lines: the specification’s shape, the flat one, the ledger of agent-trace-cli',
  matches,
  parse,
};

function matches(note: Buffer): boolean {
  if (!isList(note) && !isObjectWith(note)) return false;
  if (hasKeys(note, 'files') && (hasKeys(note, 'conversations') || hasKeys(note, 'vcs', 'revision'))) return true;
  if (hasKeys(note, 'trace_ids') && (hasKeys(note, 'ledger') || hasKeys(note, 'ledger_hash'))) return true;
  return hasKeys(note, 'schema', 'file_path', 'start_line') && note.includes('"agent-trace');
}

/** A trace, or as much of it as one commit took up: `paths` are those of its files, all when undefined. */
export interface TraceOfCommit extends Trace {
  paths?: ReadonlySet<string>;
}

/** What was read so far of a note. */
interface Reading {
  context: NoteContext;
  drafts: Map<string, Draft>;
  attested: AttestedFiles;
  counts: Count[];
}

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  return parseTracesOf(readTraces(note, context.root), context);
}

/** Reads traces of one commit; undefined stands for what could not be read. */
export function parseTracesOf(
  traces: Iterable<TraceOfCommit | undefined>,
  context: NoteContext,
): ParsedNote | { reason: string } {
  const reading: Reading = { context, drafts: new Map(), attested: new Map(), counts: [] };
  const tests = new Set<string>();
  let read = 0;
  let damaged = 0;
  for (const trace of traces) {
    if (trace === undefined) damaged++;
    else {
      read++;
      const test = testTool(trace.tool);
      if (test !== undefined) tests.add(test);
      takeUp(trace, test !== undefined, reading);
    }
  }
  if (read === 0 && damaged > 0) return { reason: 'its JSON cannot be read' };
  const { drafts, attested, counts } = reading;
  const skipped = [...tests, ...unread(damaged, 'a trace', 'traces'), ...beyondLimit(drafts.size)];
  return { ...settle(attested, drafts.values(), context, skipped), ...(counts.length > 0 && { counts }), skipped };
}

function takeUp(trace: TraceOfCommit, isTest: boolean, reading: Reading): void {
  const writers = new Map<string, Author>();
  const { paths } = trace;
  const lines = paths ? trace.lines.filter(({ path }) => paths.has(path)) : trace.lines;
  const hasPart = !isTest && (trace.ai_lines !== undefined || lines.some(isByAi));
  const draft = hasPart ? draftOf(trace, reading) : undefined;
  for (const said of lines) {
    const author = isTest ? NOBODY : authorOf(said, trace, writers, draft);
    if (said.lines.length > 0) attest(reading.attested, said.path, author, said.lines);
    else if (author.draft) touch(author.draft, said.path);
  }
  const ai = draft ? (trace.ai_lines ?? 0) : 0;
  if (ai > 0) reading.counts.push({ path: null, ai, human: 0, ...namesOf(trace) });
}

const isByAi = ({ contributor }: TracedLines) => contributor === 'ai' || contributor === 'mixed';

/** One object for each model of a trace, since lines are won by object. What is neither AI nor human is unknown. */
function authorOf(said: TracedLines, trace: Trace, writers: Map<string, Author>, draft: Draft | undefined): Author {
  if (said.contributor === 'human') return HUMAN;
  if (draft === undefined || !isByAi(said)) return NOBODY;
  const names = namesOf({ tool: toolOf(trace), model: said.model });
  const key = JSON.stringify(names);
  const author = writers.get(key) ?? { by: 'ai', ...names, draft };
  writers.set(key, author);
  return author;
}

/** The receipt of a trace, undefined when the note has too many. It names a model when all AI lines are by that one. */
function draftOf(trace: Trace, { drafts, context }: Reading): Draft | undefined {
  if (drafts.size === MAX_RECEIPTS) return undefined;
  const { id, isTraces } = identity(trace, context);
  const known = drafts.get(id);
  if (known) return known;
  const models = new Set(trace.lines.filter(isByAi).map(({ model }) => model));
  const names = namesOf({ tool: toolOf(trace), model: models.size === 1 ? [...models][0] : null });
  const time = isTraces ? recorded(trace.timestamp) : writtenAt(trace.timestamp);
  const draft = newDraft(id, NAME, { ...names, ...time, session_id: trace.session_id }, context);
  drafts.set(id, draft);
  return draft;
}

/**
 * A trace has a UUID; the flat variant only has its session. BlamePrompt can export its notes as a trace, under its own
 * name and each time under a new id: that is one receipt of the commit.
 */
function identity(trace: Trace, { repo, commit }: NoteContext): { id: string; isTraces: boolean } {
  const id = trace.id?.toLowerCase() ?? '';
  if (isExport(trace)) return { id: stableId(NAME, repo, commit), isTraces: false };
  if (id !== '') return { id: UUID.test(id) ? id : stableId(NAME, 'id', id), isTraces: true };
  const tool = namesOf(trace).tool ?? '';
  const parts = trace.session_id === null ? [repo, commit, tool] : [tool, trace.session_id];
  return { id: stableId(NAME, ...parts), isTraces: false };
}

const isExport = ({ tool }: Trace) => tool === 'blameprompt';
const toolOf = (trace: Trace) => (isExport(trace) ? null : trace.tool);
