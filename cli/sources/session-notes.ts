import { stableId } from '../../shared/ids.js';
import { toName } from '../../shared/text.js';
import {
  beyondLimit,
  type Draft,
  MAX_RECEIPTS,
  namesOf,
  newDraft,
  recorded,
  settle,
  testTool,
  writtenAt,
} from './draft.js';
import { isObject } from './json.js';
import { readObject } from './read-object.js';
import { isObjectWith } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

/*
 * Recorders that keep conversations in notes (formats.md, section 3). Of these the sessions are read, and that AI was
 * at work: a receipt without files or lines.
 */

interface Session {
  tool: unknown;
  id: unknown;
  model?: unknown;
  time?: NoteContext['time'] | undefined;
}

/**
 * git-prompt-story (`refs/notes/prompt-story`, earlier `commits`); the conversations lie under a ref of their own.
 *
 *     { "v": 1, "start_work": "2026-01-08T12:59:45Z", "sessions": [
 *       { "tool": "claude-code", "id": "a302…", "path": "claude-code/a302….jsonl", "created": "…", "modified": "…" }] }
 */
export const promptStory: Source = {
  name: 'git-prompt-story',
  recorder: 'git-prompt-story',
  places: ['refs/notes/prompt-story', 'refs/notes/commits'],
  gives: 'sessions: that AI took part',
  matches: (note) => isObjectWith(note, 'start_work', 'sessions'),
  parse(note, context) {
    const json = readObject(note);
    if (json === undefined) return { reason: 'its JSON cannot be read' };
    if (!Array.isArray(json.sessions)) return { reason: 'no list of sessions' };
    const sessions = json.sessions.filter(isObject);
    return involved(
      promptStory.name,
      sessions.map(({ tool, id, created }) => ({ tool, id, time: recorded(created) })),
      context,
    );
  },
};

/**
 * shiftlog, earlier claudit (`refs/notes/claude-conversations`). Its first versions knew Claude Code only and named no
 * agent. The number of messages grows from note to note of a session and is not read.
 *
 *     { "version": 1, "session_id": "7c6b…", "timestamp": "2026-02-07T10:00:00Z", "project_path": "/home/ada/app",
 *       "git_branch": "main", "message_count": 42, "checksum": "…", "transcript": "…", "agent": "gemini" }
 */
export const shiftlog: Source = {
  name: 'shiftlog',
  recorder: 'shiftlog',
  places: ['refs/notes/claude-conversations'],
  gives: 'sessions: that AI took part',
  matches: (note) => isObjectWith(note, 'session_id', 'message_count', 'checksum', 'transcript'),
  parse(note, context) {
    const json = readObject(note, 'transcript');
    if (json === undefined) return { reason: 'its JSON cannot be read' };
    const { agent: tool = 'claude', session_id: id, model, timestamp } = json;
    return involved(shiftlog.name, [{ tool, id, model, time: writtenAt(timestamp) }], context);
  },
};

const ENVELOPE = '<!-- git-memento-sessions:v1 -->';
const SECTION = '\n<!-- git-memento-session:start -->';
const TITLE = '# Git Memento Session';

/**
 * git-memento (`refs/notes/commits`, `memento-full-audit`): Markdown, one session or, in an envelope, several. Where a
 * conversation has such a mark of its own, the recorder puts a backslash before it.
 *
 *     <!-- git-memento-sessions:v1 -->
 *
 *     <!-- git-memento-session:start -->
 *     # Git Memento Session
 *
 *     - Provider: Codex
 *     - Session ID: 019c…
 */
export const gitMemento: Source = {
  name: 'git-memento',
  recorder: 'git-memento',
  places: ['refs/notes/commits'],
  gives: 'sessions: that AI took part',
  matches: (note) => beginsWith(note, ENVELOPE) || beginsWith(note, TITLE),
  parse(note, context) {
    const parsed = involved(gitMemento.name, sessionsOf(note), context);
    return parsed.receipts.length + parsed.skipped.length > 0 ? parsed : { reason: 'no session' };
  },
};

function beginsWith(note: Buffer, line: string): boolean {
  const text = note.toString('latin1', 0, 200).trimStart();
  return text.startsWith(line) && /^(?: Summary)?\s/.test(text.slice(line.length));
}

/** The one session, or what follows each mark that is a line of its own. */
function* sessionsOf(note: Buffer): Generator<Session> {
  const first = beginsWith(note, ENVELOPE) ? note.indexOf(SECTION) : 0;
  for (let at = first, next = 0; at >= 0; at = next) {
    next = beginsWith(note, ENVELOPE) ? note.indexOf(SECTION, at + SECTION.length) : -1;
    const session = headOf(note.subarray(at, next < 0 ? note.length : next));
    if (session) yield session;
  }
}

/** A session's first lines, up to its title, which is text of the conversation. */
const MAX_HEAD = 1000;

function headOf(section: Buffer): Session | undefined {
  const fields = new Map<string, string>();
  for (const line of section.toString('utf8', 0, MAX_HEAD).split('\n')) {
    const [, key, value] = /^- ([\w ]+): (\S+)/.exec(line) ?? [];
    if (key === 'Session Title' || line.startsWith('## ')) break;
    if (key !== undefined) fields.set(key, value!);
  }
  const id = fields.get('Session ID');
  return id === undefined ? undefined : { tool: fields.get('Provider'), id };
}

/** A receipt for each session; one that has no id is known by its commit. */
function involved(source: string, sessions: Iterable<Session>, context: NoteContext): ParsedNote {
  const drafts = new Map<string, Draft>();
  const tests = new Set<string>();
  let seen = 0;
  for (const { tool, id, model, time } of sessions) {
    if (seen++ === MAX_RECEIPTS) break;
    const test = testTool(tool);
    if (test !== undefined) tests.add(test);
    else {
      const names = namesOf({ tool, model });
      const session = typeof id === 'string' && id !== '' ? id : undefined;
      const parts = session === undefined ? [context.repo, context.commit] : [names.tool ?? '', session];
      const identity = stableId(source, ...parts);
      drafts.set(identity, newDraft(identity, source, { ...names, ...time, session_id: toName(session) }, context));
    }
  }
  const skipped = [...tests, ...(seen > MAX_RECEIPTS ? beyondLimit(MAX_RECEIPTS) : [])];
  return { ...settle(new Map(), drafts.values(), context, skipped), skipped };
}
