import { stableId } from '../../shared/ids.js';
import { toName } from '../../shared/text.js';
import { beyondLimit, type Draft, MAX_RECEIPTS, namesOf, newDraft, recorded, settle, testTool } from './draft.js';
import type { Described, NoteContext, ParsedNote } from './source.js';

export const agitrack: Described = {
  name: 'agitrack',
  recorder: 'aGiTrack',
  places: ['blocks in commit messages'],
  gives: 'sessions with the tokens of each commit; the traces of conversations are not read',
};

/** The tool was first called aGiT; commits of that time keep its name. */
const HEADING = /^# aGiT(?:rack)? Metadata\s*$/;
const FIELD = /^([a-z][a-z0-9_]{0,60}):([^\n]*)$/;

/** Stands in every message that has a block. */
export const BLOCK_MARK = '# aGiT';

interface Block {
  tool: string;
  session: string;
  fields: Map<string, string>;
}

/**
 * The blocks that aGiTrack writes into commit messages (formats.md, section 3), of a squash one for each commit:
 *
 *     # aGiTrack Metadata
 *     commit_type: agent
 *     backend: claude
 *     model: claude-opus-4-8
 *     backend_session_id: 7d8e…
 *     agent_ended_at: 2026-08-01T09:42:55Z
 *     tokens_since_last_commit_input: 4000
 *     tokens_since_last_commit_cache_write: 3000
 *     tokens_since_last_commit_output: 900
 *
 * Each block is a receipt of its part of the session, and one wherever it stands: parts are told apart by when they
 * ended. Commits of type `user` are a person's. A block that a message quotes lacks what the tool always writes.
 */
export function parseBlocks(message: string, context: NoteContext): ParsedNote {
  const drafts = new Map<string, Draft>();
  const tests = new Set<string>();
  for (const { tool, session, fields } of blocksOf(message)) {
    const test = testTool(tool);
    if (test !== undefined) tests.add(test);
    else if (drafts.size < MAX_RECEIPTS) {
      const draft = draftOf({ tool, session, fields }, context);
      drafts.set(draft.receipt.id, draft);
    }
  }
  const skipped = [...tests, ...beyondLimit(drafts.size)];
  return { ...settle(new Map(), drafts.values(), context, skipped), skipped };
}

/** Whether an agent had a part in a commit, by its message. */
export function hasBlocks(message: string): boolean {
  for (const _ of blocksOf(message)) return true;
  return false;
}

function draftOf({ tool, session, fields }: Block, context: NoteContext): Draft {
  const names = namesOf({ tool, model: fields.get('model') });
  const tokens = tokensOf(fields);
  const ended = recorded(fields.get('agent_ended_at'));
  const part = ended?.timestamp ?? JSON.stringify(tokens);
  const id = stableId(agitrack.name, names.tool ?? '', session, part);
  return newDraft(id, agitrack.name, { ...names, ...ended, ...tokens, session_id: session }, context);
}

function* blocksOf(message: string): Generator<Block> {
  for (let at = message.indexOf(BLOCK_MARK); at >= 0; at = message.indexOf(BLOCK_MARK, at + 1)) {
    if (at > 0 && message[at - 1] !== '\n') continue;
    const [heading, next] = lineAt(message, at);
    const fields = HEADING.test(heading) ? fieldsAt(message, next) : new Map<string, string>();
    const tool = fields.get('backend');
    const session = sessionOf(fields);
    if (fields.get('commit_type')?.startsWith('agent') && tool && session !== null) yield { tool, session, fields };
  }
}

function lineAt(message: string, from: number): [line: string, next: number] {
  const end = message.indexOf('\n', from);
  return end < 0 ? [message.slice(from), message.length] : [message.slice(from, end), end + 1];
}

/** The `key: value` lines below a heading. */
function fieldsAt(message: string, from: number): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = from; at < message.length; ) {
    const [line, next] = lineAt(message, at);
    const field = FIELD.exec(line);
    if (!field) break;
    fields.set(field[1]!, field[2]!.trim());
    at = next;
  }
  return fields;
}

function sessionOf(fields: Map<string, string>): string | null {
  const ids = [fields.get('backend_session_id'), fields.get('agitrack_session_id'), fields.get('agit_session_id')];
  return toName(ids.find((id) => id && id !== 'unknown'));
}

/**
 * The session's tokens since the commit before. What was written to the cache stands in `input` as well, except in the
 * very first version, where it can be more than that. Reasoning is output; sub-agents stand apart from their parent.
 */
function tokensOf(fields: Map<string, string>) {
  const sum = (...names: string[]) => {
    const known = names.map((name) => count(fields.get(`tokens_since_last_commit_${name}`))).filter((n) => n !== null);
    return known.length === 0 ? null : known.reduce((total, n) => total + n, 0);
  };
  const written = sum('cache_write', 'subagent_cache_write');
  const input = sum('input', 'subagent_input');
  return {
    input_tokens: input !== null && input >= (written ?? 0) ? input - (written ?? 0) : input,
    output_tokens: sum('output', 'reasoning', 'subagent_output', 'subagent_reasoning'),
    cache_read_tokens: sum('cache_read', 'subagent_cache_read'),
    cache_creation_tokens: written,
  };
}

/** `unknown` stands where a backend tells no number. */
function count(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,12}$/.test(value) ? Number(value) : null;
}
