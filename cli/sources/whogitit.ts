import { stableId } from '../../shared/ids.js';
import { MAX_LINE } from '../../shared/line-set.js';
import { redactSummary } from '../../shared/redact.js';
import { toName } from '../../shared/text.js';
import {
  type AttestedFiles,
  type Author,
  attest,
  type Draft,
  HUMAN,
  NOBODY,
  namesOf,
  newDraft,
  pathOf,
  recorded,
  settle,
  unread,
} from './draft.js';
import { isObject, type Json } from './json.js';
import { readObject } from './read-object.js';
import { isObjectWith } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'whogitit';

/** whogitit records Claude Code and nothing else; its notes name the model only. */
const TOOL = 'claude-code';

/**
 * whogitit's notes, versions 2 and 3 (formats.md, section 3): one session, and each line of each file it touched.
 *
 *     { "version": 3,
 *       "session": { "session_id": "5e0c…", "model": { "id": "claude-opus-4-6", "provider": "anthropic" },
 *                    "started_at": "2026-02-01T09:00:00Z", "prompt_count": 2 },
 *       "prompts": [{ "index": 0, "text": "add a login form", "affected_files": ["src/login.ts"] }],
 *       "files": [{ "path": "src/login.ts",
 *                   "lines": [{ "line_number": 1, "content": "…", "source": { "type": "AI", "edit_id": "…" } }] }] }
 *
 * `Original` and `Unknown` lines say nothing of this commit. Contents of lines, most of the bytes, are never read.
 */
export const whogitit: Source = {
  name: NAME,
  recorder: 'whogitit',
  places: ['refs/notes/whogitit', 'refs/notes/ai-blame'],
  gives: 'a session and lines; their contents are not read',
  matches: (note) => isObjectWith(note, 'session', 'session_id', 'started_at', 'files'),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note, 'content', ...(context.prompts === 'summary' ? [] : ['text']));
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (!isObject(json.session) || !Array.isArray(json.files)) return { reason: 'no session or no list of files' };

  const draft = draftOf(json.session, json.prompts, context);
  const { tool = null, provider = null, model = null } = draft.receipt;
  const ai: Author = { by: 'ai', tool, provider, model, draft };
  const attested: AttestedFiles = new Map();
  let damaged = 0;
  for (const file of json.files) {
    const path = isObject(file) ? pathOf(file.path, context.root) : undefined;
    if (path === undefined || !Array.isArray(file.lines)) damaged++;
    else attestLines(attested, path, file.lines, ai);
  }
  const skipped = unread(damaged, 'a file', 'files');
  return { ...settle(attested, [draft], context, skipped), skipped };
}

function draftOf(session: Json, prompts: unknown, context: NoteContext): Draft {
  const model = isObject(session.model) ? session.model : {};
  const id = typeof session.session_id === 'string' ? session.session_id : '';
  const identity = id === '' ? stableId(NAME, context.repo, context.commit) : stableId(NAME, TOOL, id);
  const said = {
    ...namesOf({ tool: TOOL, provider: model.provider, model: model.id }),
    ...recorded(session.started_at),
    session_id: toName(id),
    prompt_summary: context.prompts === 'summary' ? firstPrompt(prompts) : null,
  };
  return newDraft(identity, NAME, said, context);
}

function firstPrompt(prompts: unknown): string | null {
  const first = Array.isArray(prompts) ? prompts[0] : undefined;
  return isObject(first) ? redactSummary(first.text) : null;
}

/** Runs of lines by one author. A line that is listed twice is whose it was said to be last. */
function attestLines(attested: AttestedFiles, path: string, lines: unknown[], ai: Author): void {
  let run: { by: Author; first: number; last: number } | undefined;
  const end = () => run && attest(attested, path, run.by, [[run.first, run.last]]);
  for (const line of lines) {
    if (!isObject(line)) continue;
    const { line_number: number, source } = line;
    if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > MAX_LINE) continue;
    const by = authorOf(isObject(source) ? source.type : undefined, ai);
    if (run?.by === by && number === run.last + 1) run.last++;
    else {
      end();
      run = { by, first: number as number, last: number as number };
    }
  }
  end();
}

/** A line by AI that a person then changed is an AI line. */
function authorOf(type: unknown, ai: Author): Author {
  if (type === 'AI' || type === 'AIModified') return ai;
  return type === 'Human' ? HUMAN : NOBODY;
}
