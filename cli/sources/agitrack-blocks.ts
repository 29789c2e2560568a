import { toName } from '../../shared/text.js';
import { namesOf, recorded, testTool } from './draft.js';
import type { Involvement, Tokens } from './trailers.js';

/** The tool was first called aGiT; commits of that time keep its name. */
const HEADING = /^# aGiT(?:rack)? Metadata\s*$/;
const FIELD = /^([a-z][a-z0-9_]{0,60}):([^\n]*)$/;
const MARK = '# aGiT';

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
 * Commits of type `user` are a person's. A block that a message quotes lacks what the tool always writes.
 */
export function agitrackBlocks(message: string): Involvement[] {
  const found: Involvement[] = [];
  for (let at = message.indexOf(MARK); at >= 0; at = message.indexOf(MARK, at + 1)) {
    if (at > 0 && message[at - 1] !== '\n') continue;
    const [heading, next] = lineAt(message, at);
    const block = HEADING.test(heading) ? involvementOf(fieldsAt(message, next)) : undefined;
    if (block) found.push(block);
  }
  return found;
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

function involvementOf(fields: Map<string, string>): Involvement | undefined {
  const tool = fields.get('backend');
  const session = sessionOf(fields);
  if (!fields.get('commit_type')?.startsWith('agent') || !tool || session === null || testTool(tool)) return undefined;
  const tokens = tokensOf(fields);
  const ended = recorded(fields.get('agent_ended_at'))?.timestamp;
  return {
    ...namesOf({ tool, model: fields.get('model') }),
    session_id: session,
    ...(ended !== undefined && { ended_at: ended }),
    ...(tokens && { tokens }),
  };
}

function sessionOf(fields: Map<string, string>): string | null {
  const ids = [fields.get('backend_session_id'), fields.get('agitrack_session_id'), fields.get('agit_session_id')];
  return toName(ids.find((id) => id && id !== 'unknown'));
}

/**
 * The session's tokens since the commit before. What was written to the cache stands in `input` as well, except in the
 * very first version, where it can be more than that. Reasoning is output; sub-agents stand apart from their parent.
 */
function tokensOf(fields: Map<string, string>): Tokens | undefined {
  const sum = (...names: string[]) => {
    const known = names.map((name) => count(fields.get(`tokens_since_last_commit_${name}`))).filter((n) => n !== null);
    return known.length === 0 ? null : known.reduce((total, n) => total + n, 0);
  };
  const written = sum('cache_write', 'subagent_cache_write');
  const input = sum('input', 'subagent_input');
  const tokens = {
    input_tokens: input !== null && input >= (written ?? 0) ? input - (written ?? 0) : input,
    output_tokens: sum('output', 'reasoning', 'subagent_output', 'subagent_reasoning'),
    cache_read_tokens: sum('cache_read', 'subagent_cache_read'),
    cache_creation_tokens: written,
  };
  return Object.values(tokens).some((n) => n !== null) ? tokens : undefined;
}

/** `unknown` stands where a backend tells no number. */
function count(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,12}$/.test(value) ? Number(value) : null;
}
