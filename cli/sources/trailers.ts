import { normalizeProvider } from '../../shared/names.js';
import { type Person, parsePerson } from '../../shared/person.js';
import { toName } from '../../shared/text.js';
import { type Ai, aiBySignature, readAi } from './ai-names.js';
import { namesOf } from './draft.js';
import { type Trailer, trailersOf } from './trailer-block.js';

/** That AI took part in a commit: no lines, no files. */
export interface Involvement extends Ai {
  session_id?: string;
  /** The id of an Entire checkpoint, which has the rest. */
  checkpoint_id?: string;
}

/**
 * What a commit message and its author's name say of AI (formats.md, section 3):
 *
 *     Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>
 *     Assisted-by: Codex:gpt-5.4
 *     Prompt-Story: Used Claude Code (3 user prompts)
 *     Claude-Session: https://claude.ai/code/session_01Abc
 *     Agentnote-Session: 0a1b2c3d-…
 *     Entire-Checkpoint: a1b2c3d4e5f6
 *
 * What stands elsewhere in a message is prose. Several lines about one tool are one involvement, unless they name several
 * sessions.
 */
export function parseTrailers(message: string, author: Person): Involvement[] {
  const trailers = trailersOf(message);
  const said = [byAuthor(author), ...trailers.map(byTrailer), byEntire(trailers)].filter(
    (found) => found !== undefined,
  );
  return merge(said);
}

/** Bots commit under their own name; aider adds itself to the name of its user. */
function byAuthor({ name, email }: Person): Involvement | undefined {
  return aiBySignature(name, email) ?? (name?.trimEnd().endsWith('(aider)') ? readAi('aider') : undefined);
}

function byTrailer([key, value]: Trailer): Involvement | undefined {
  const person = parsePerson(value.slice(0, 1000));
  switch (key) {
    case 'co-authored-by':
      return aiBySignature(person.name, person.email);
    case 'ai-authored-by':
    case 'assisted-by':
    case 'generated-by':
      return aiBySignature(person.name, person.email) ?? (person.email === null ? readAi(person.name) : undefined);
    case 'prompt-story':
      return readAi(value.replace(/^Used /, ''));
    case 'claude-session':
      return inSession('claude', value);
    case 'amp-thread-id':
      return inSession('amp', value);
    case 'agentnote-session':
      return inSession(null, value);
    default:
      return undefined;
  }
}

/** A session is known by its id or by an address that ends with it. */
function inSession(tool: string | null, value: string): Involvement | undefined {
  const id = toName(value.slice(value.lastIndexOf('/') + 1));
  return id === null ? undefined : { ...(readAi(tool) ?? { tool: null, provider: null, model: null }), session_id: id };
}

/** Entire writes the checkpoint; its first versions wrote the session and the agent as well. */
function byEntire(trailers: Trailer[]): Involvement | undefined {
  const last = (name: string) => toName(trailers.findLast(([key]) => key === name)?.[1]);
  const [checkpoint, session, agent] = [last('entire-checkpoint'), last('entire-session'), last('entire-agent')];
  if (checkpoint === null && session === null) return undefined;
  return {
    ...(readAi(agent) ?? namesOf({ tool: agent === 'Agent' ? null : agent })),
    ...(session !== null && { session_id: session }),
    ...(checkpoint !== null && { checkpoint_id: checkpoint }),
  };
}

/**
 * Each session once, and each tool that has no session once for each of its models. Where one tool is named, a session
 * without a tool is that tool's.
 */
function merge(all: Involvement[]): Involvement[] {
  const tools = new Set(all.flatMap(({ tool }) => tool ?? []));
  const [only] = tools.size === 1 ? tools : [null];
  const sessions = new Map<string, Involvement>();
  const named = new Map<string | null, Map<string | null, Involvement>>();
  for (const involvement of all) {
    const one = { ...involvement, tool: involvement.tool ?? only ?? null };
    const { tool, model, provider, ...session } = one;
    if (Object.keys(session).length > 0) sessions.set(JSON.stringify([tool, session]), one);
    else named.set(tool, (named.get(tool) ?? new Map()).set(model, one));
  }
  for (const session of sessions.values()) {
    const [mention] = [...(named.get(session.tool)?.values() ?? [])].filter(({ model }) => model !== null);
    session.model ??= mention?.model ?? null;
    session.provider ??= mention?.provider ?? normalizeProvider(null, session.model);
  }
  for (const { tool } of sessions.values()) named.delete(tool);
  for (const models of named.values()) if (models.size > 1) models.delete(null);
  return [...sessions.values(), ...[...named.values()].flatMap((models) => [...models.values()])];
}
