import { stableId } from '../../shared/ids.js';
import { toName } from '../../shared/text.js';
import { namesOf, newDraft, pathOf, settle, testTool, touch, writtenAt } from './draft.js';
import { isObject, type Json } from './json.js';
import { readObject } from './read-object.js';
import { hasKeys, isObjectWith } from './sniff.js';
import type { Count, NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'agentnote';

/**
 * AgentNote's notes (formats.md, section 3): the session at work when the commit was made, and how much of it is AI's.
 *
 *     { "v": 1, "agent": "codex", "session_id": "0a1b…", "timestamp": "2026-05-01T08:00:00.000Z", "model": "gpt-5.4",
 *       "interactions": [{ "prompt": "…", "response": "…" }],
 *       "files": [{ "path": "src/a.ts", "by_ai": true }],
 *       "attribution": { "ai_ratio": 90, "method": "line", "lines": { "ai_added": 9, "total_added": 10 } } }
 *
 * The first versions had `files_by_ai`, a list of paths, and `ai_added_lines` and `total_added_lines` at the top.
 *
 * The methods `file` and `none` give a ratio of files, which is no number of lines: then the session was at work, and
 * that is all. Lines that are not AI's are unknown, not a person's. Prompts are not read: each note of a session has
 * others, and each would amend the receipt.
 */
export const agentnote: Source = {
  name: NAME,
  recorder: 'AgentNote',
  places: ['refs/notes/agentnote'],
  gives: 'a session; a number of lines where it measured lines',
  matches: (note) =>
    isObjectWith(note, 'session_id', 'interactions') && (hasKeys(note, 'attribution') || hasKeys(note, 'files_by_ai')),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note, 'prompt', 'response', 'context', 'text');
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  const test = testTool(json.agent);
  if (test !== undefined) return { receipts: [], claims: [], skipped: [test] };

  const names = namesOf({ tool: json.agent, model: json.model });
  const session = typeof json.session_id === 'string' ? json.session_id : '';
  const said = { ...names, ...writtenAt(json.timestamp), session_id: toName(session) };
  const draft = newDraft(identity(session, context), NAME, said, context);
  for (const path of pathsByAi(json, context.root)) touch(draft, path);

  const skipped: string[] = [];
  const ai = linesByAi(json);
  const counts: Count[] = ai === 0 ? [] : [{ path: null, ai, human: 0, ...names }];
  return { ...settle(new Map(), [draft], context, skipped), counts, skipped };
}

/** Without the tool: the first versions did not name it, later notes of the same session did. The ids are UUIDs. */
function identity(session: string, { repo, commit }: NoteContext): string {
  return session === '' ? stableId(NAME, repo, commit) : stableId(NAME, session);
}

function pathsByAi(json: Json, root: string | undefined): string[] {
  const files = Array.isArray(json.files) ? json.files : [];
  const written = files.flatMap((file) => (isObject(file) && file.by_ai === true ? [file.path] : []));
  const listed = Array.isArray(json.files_by_ai) ? json.files_by_ai : [];
  return [...written, ...listed].map((path) => pathOf(path, root)).filter((path) => path !== undefined);
}

/** Lines by AI where lines were counted, else 0; never more than were added. */
function linesByAi(json: Json): number {
  const attribution = isObject(json.attribution) ? json.attribution : undefined;
  if (attribution === undefined) return capped(json.ai_added_lines, json.total_added_lines);
  const lines = attribution.method === 'line' && isObject(attribution.lines) ? attribution.lines : {};
  return capped(lines.ai_added, lines.total_added);
}

function capped(part: unknown, whole: unknown): number {
  const [ai, added] = [part, whole].map((count) => (Number.isSafeInteger(count) ? Math.max(0, count as number) : 0));
  return Math.min(ai!, added!);
}
