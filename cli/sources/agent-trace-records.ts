import { type LineSet, normalize, rangeOf } from '../../shared/line-set.js';
import { toName } from '../../shared/text.js';
import { MAX_RECEIPTS, pathOf } from './draft.js';
import { isObject, type Json } from './json.js';
import { readJson, withoutTexts } from './read-object.js';

/** Lines of one file and the kind of contributor they are from. */
export interface TracedLines {
  path: string;
  /** `ai`, `mixed` and `human` as written; anything else is unknown. */
  contributor: unknown;
  model: unknown;
  /** None stand for the file. */
  lines: LineSet;
}

/** One record of what was written, in whichever of the three shapes it stood. */
export interface Trace {
  id: string | null;
  session_id: string | null;
  /** What `vcs.revision` names. Hooks write HEAD as it is while the agent works: the parent of the commit to come. */
  revision: string | null;
  timestamp: unknown;
  tool: unknown;
  lines: TracedLines[];
  /** Of a ledger's trace, which is AI's also without lines: how many there are where it does not say which, else 0. */
  ai_lines?: number;
}

/**
 * Traces of a text (formats.md, section 3): one JSON object, a list of them, or one a line, as in
 * `.agent-trace/traces.jsonl`. Each has one of three shapes.
 *
 * The specification's (0.1.0), where a range may name a contributor of its own:
 *
 *     { "version": "0.1.0", "id": "550e…", "timestamp": "2026-01-23T14:30:00Z", "tool": { "name": "cursor" },
 *       "vcs": { "type": "git", "revision": "a1b2…" }, "files": [{ "path": "src\\a.ts", "conversations": [
 *         { "contributor": { "type": "ai", "model_id": "anthropic/claude-opus-4-6" },
 *           "ranges": [{ "start_line": 1, "end_line": 9 }] }] }] }
 *
 * a flat one, an edit by Claude Code a line:
 *
 *     { "schema": "agent-trace/v0.1.0", "session_id": "8f5a…", "file_path": "/home/ada/app/a.ts", "start_line": 3,
 *       "end_line": 5, "confidence": "high", "tool": "Edit", "timestamp": "2026-05-16T20:45:23Z" }
 *
 * and the ledger of agent-trace-cli 2.0, which has the lines of several traces:
 *
 *     { "version": "2.0", "trace_ids": ["550e…"], "stats": { "ai_lines": 9 }, "ledger": { "files": { "a.ts": {
 *       "line_attributions": [{ "start_line": 1, "end_line": 9, "type": "ai", "trace_id": "550e…" }] } } } }
 *
 * The ledger can hold the contents of lines, which are not read. `damaged` counts what could not be read. `root` is the
 * work tree with `/` at its end: absolute paths become relative.
 */
export function parseTraces(text: Buffer, root?: string): { traces: Trace[]; damaged: number } {
  const traces: Trace[] = [];
  let damaged = 0;
  for (const trace of readTraces(text, root)) {
    if (trace) traces.push(trace);
    else damaged++;
  }
  return { traces, damaged };
}

/** The same one by one; undefined for what could not be read. */
export function* readTraces(text: Buffer, root?: string): Generator<Trace | undefined> {
  for (const value of valuesOf(withoutTexts(text, 'content'))) {
    const read = isObject(value) ? tracesOf(value, root) : undefined;
    if (read) yield* read;
    else yield undefined;
  }
}

/** The text's one value, a list's items, or a value a line; undefined for what is no JSON. */
function* valuesOf(text: Buffer): Generator<unknown> {
  const whole = readJson(text);
  if (Array.isArray(whole)) yield* whole;
  else if (whole !== undefined) yield whole;
  else yield* linesOf(text);
}

const BRACE = 0x7b;
const RETURN = 0x0d;

/** One a line. An edit takes 300 bytes, so these are 60 MB. */
const MAX_TRACES = 200_000;

/** Only what begins like an object is parsed: a text of other lines is soon told to be none. */
function* linesOf(text: Buffer): Generator<unknown> {
  for (let at = 0, end = 0, lines = 0; at < text.length; at = end + 1) {
    if (lines++ === MAX_TRACES) {
      yield undefined;
      return;
    }
    end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const isBlank = end === at || (end === at + 1 && text[at] === RETURN);
    if (!isBlank) yield text[at] === BRACE ? readJson(text.subarray(at, end)) : undefined;
  }
}

function tracesOf(record: Json, root: string | undefined): Trace[] | undefined {
  if (Array.isArray(record.trace_ids)) return ledger(record, record.trace_ids, root);
  if (Array.isArray(record.files)) return [specified(record, record.files, root)];
  return typeof record.file_path === 'string' ? flat(record, root) : undefined;
}

function specified(record: Json, files: unknown[], root: string | undefined): Trace {
  const lines: TracedLines[] = [];
  for (const file of files.filter(isObject)) {
    const path = pathOf(file.path, root);
    for (const conversation of path === undefined ? [] : objectsOf(file.conversations)) {
      for (const said of contributions(conversation)) lines.push({ path: path!, ...said });
    }
  }
  const metadata = isObject(record.metadata) ? record.metadata : {};
  return {
    id: toName(record.id),
    session_id: toName(metadata.session_id) ?? toName(metadata.conversation_id),
    revision: isObject(record.vcs) ? toName(record.vcs.revision) : null,
    timestamp: record.timestamp,
    tool: isObject(record.tool) ? record.tool.name : record.tool,
    lines,
  };
}

/** The ranges of a conversation, those with a contributor of their own last; without ranges it stands for the file. */
function contributions(conversation: Json): Omit<TracedLines, 'path'>[] {
  const general = contributorOf(conversation.contributor, conversation.model_id);
  const shared: LineSet[number][] = [];
  const own: Omit<TracedLines, 'path'>[] = [];
  for (const range of objectsOf(conversation.ranges)) {
    const lines = rangeOf(range.start_line, range.end_line);
    if (isObject(range.contributor)) own.push({ ...contributorOf(range.contributor, general.model), lines });
    else for (const one of lines) shared.push(one);
  }
  return own.length > 0 && shared.length === 0 ? own : [{ ...general, lines: normalize(shared) }, ...own];
}

/** BlamePrompt's export has the contributor as a word and the model beside it. */
function contributorOf(said: unknown, model: unknown): Pick<TracedLines, 'contributor' | 'model'> {
  return isObject(said) ? { contributor: said.type, model: said.model_id ?? model } : { contributor: said, model };
}

/** What Claude Code calls its tools: the recorder writes them where the specification has the agent. */
const EDITS = new Set<unknown>(['Edit', 'MultiEdit', 'NotebookEdit', 'Write']);

/** Its recorder says `low` where it could not find the edit in the file, and line 1 for want of a better one. */
function flat(record: Json, root: string | undefined): Trace[] | undefined {
  const path = pathOf(record.file_path, root);
  if (path === undefined) return undefined;
  const lines = record.confidence === 'low' ? [] : rangeOf(record.start_line, record.end_line);
  return [
    {
      id: null,
      session_id: toName(record.session_id),
      revision: isObject(record.vcs) ? toName(record.vcs.revision) : null,
      timestamp: record.timestamp,
      tool: EDITS.has(record.tool) ? 'claude-code' : record.tool,
      lines: [{ path, ...contributorOf(record.contributor ?? 'ai', record.model_id ?? record.model), lines }],
    },
  ];
}

function ledger(record: Json, ids: unknown[], root: string | undefined): Trace[] {
  const traces = new Map<string | null, Trace>();
  const traceOf = (id: string | null): Trace => {
    const none = { session_id: null, revision: null, timestamp: null, tool: null, ai_lines: 0 };
    const trace = traces.get(id) ?? { id, ...none, lines: [] };
    traces.set(id, trace);
    return trace;
  };
  for (const id of ids.slice(0, MAX_RECEIPTS + 1)) if (toName(id) !== null) traceOf(toName(id));
  const files = isObject(record.ledger) && isObject(record.ledger.files) ? record.ledger.files : {};
  for (const [name, file] of Object.entries(files)) {
    const path = pathOf(name, root);
    for (const said of path !== undefined && isObject(file) ? objectsOf(file.line_attributions) : []) {
      const lines = rangeOf(said.start_line, said.end_line);
      traceOf(toName(said.trace_id)).lines.push({
        path: path!,
        ...contributorOf(said.type ?? 'ai', said.model_id),
        lines,
      });
    }
  }
  const known = [...traces.values()].some(({ lines }) => lines.length > 0);
  const ai = isObject(record.stats) ? record.stats.ai_lines : undefined;
  if (!known && Number.isSafeInteger(ai) && (ai as number) > 0) traceOf(toName(ids[0])).ai_lines = ai as number;
  return [...traces.values()];
}

function objectsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
