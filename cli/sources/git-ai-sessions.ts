import type { Receipt } from '../../shared/api/receipts.js';
import { stableId } from '../../shared/ids.js';
import type { LineSet } from '../../shared/line-set.js';
import { isTestTool, normalizeModel, normalizeProvider, normalizeTool } from '../../shared/names.js';
import { parsePerson } from '../../shared/person.js';
import { toName } from '../../shared/text.js';
import { beyondLimit, MAX_RECEIPTS } from './draft.js';
import { isObject, type Json } from './json.js';
import type { Claim, NoteContext } from './source.js';

/** Stored with every receipt and part of every identity. */
export const GIT_AI = 'git-ai';

/** One receipt to be, and the lines it won, by path. Several entries of a note's JSON can speak of one session. */
export interface Session {
  receipt: Receipt;
  files: Map<string, LineSet[]>;
}

/** Whom the keys of an attestation stand for. `nobody` is a test suite: neither AI at work nor a person. */
export interface Author extends Pick<Claim, 'tool' | 'provider' | 'model'> {
  by: Claim['by'] | 'nobody';
  session?: Session;
}

export interface Sessions {
  /** By the key under `sessions` or `prompts`. A Map, since keys are anything: `__proto__`, `constructor`. */
  authors: Map<string, Author>;
  /** By identity. */
  sessions: Map<string, Session>;
  skipped: string[];
}

/**
 * The sessions of a note: those of `sessions` (newer notes) and of `prompts` (older ones). Both may name one session,
 * known by (tool, agent_id.id). What an earlier entry leaves open a later one may fill in.
 *
 * The counters of prompts (total_additions, accepted_lines, overriden_lines, …) are not read: they are sums as of one commit
 * and differ from note to note of a session, which would make each note an amendment of its receipt.
 */
export function readSessions(note: Json, context: NoteContext): Sessions {
  const read: Sessions = { authors: new Map(), sessions: new Map(), skipped: [] };
  const testTools = new Map<string, string>();
  for (const entries of [note.sessions, note.prompts].filter(isObject)) {
    for (const [key, entry] of Object.entries(entries)) {
      if (!isObject(entry) || read.authors.has(key)) continue;
      // Keys beyond lead nowhere, like others that do.
      if (read.sessions.size === MAX_RECEIPTS) break;
      const agent = isObject(entry.agent_id) ? entry.agent_id : {};
      const session = describe(key, agent, entry.human_author, context);
      const { id, tool = null, provider = null, model = null } = session.receipt;
      if (isTestTool(agent.tool)) {
        testTools.set(id, `test tool ${toName(agent.tool, 50) ?? tool}`);
        read.authors.set(key, { by: 'nobody', tool, provider, model });
      } else {
        read.authors.set(key, { by: 'ai', tool, provider, model, session: merge(session, read.sessions) });
      }
    }
  }
  read.skipped.push(...testTools.values(), ...beyondLimit(read.sessions.size));
  return read;
}

/** "AI, unknown session": all keys of a commit that lead nowhere share one receipt. */
export function unknownAuthor(sessions: Map<string, Session>, context: NoteContext): Author {
  const nothing = { tool: null, provider: null, model: null };
  const id = stableId(GIT_AI, context.repo, context.commit);
  const session = newSession(id, { ...nothing, session_id: null, user_name: null, user_email: null }, context);
  sessions.set(id, session);
  return { by: 'ai', session, ...nothing };
}

/** A session without an id is known by its key, which git-ai derives from tool and id. */
function describe(key: string, agent: Json, author: unknown, context: NoteContext): Session {
  const tool = normalizeTool(agent.tool);
  const id = typeof agent.id === 'string' && agent.id !== '' ? agent.id : undefined;
  const person = parsePerson(author);
  const described = {
    tool: toName(tool),
    provider: toName(normalizeProvider(null, agent.model)),
    model: toName(normalizeModel(agent.model)),
    session_id: toName(id),
    user_name: toName(person.name),
    user_email: toName(person.email, 320),
  };
  return newSession(stableId(GIT_AI, tool ?? '', id ?? key), described, context);
}

type Described = Pick<Receipt, 'tool' | 'provider' | 'model' | 'session_id' | 'user_name' | 'user_email'>;

/** git-ai records no tokens, no cost and no time: the time is the commit's. */
function newSession(id: string, described: Described, { time }: NoteContext): Session {
  const { timestamp, timestamp_basis } = time;
  const cost = { cost_usd: null, cost_basis: 'unknown' as const };
  return { receipt: { id, timestamp, timestamp_basis, source: GIT_AI, ...described, ...cost }, files: new Map() };
}

function merge(session: Session, sessions: Map<string, Session>): Session {
  const { id, model, provider, user_name, user_email } = session.receipt;
  const known = sessions.get(id);
  if (known === undefined) {
    sessions.set(id, session);
    return session;
  }
  if (known.receipt.model === null) Object.assign(known.receipt, { model, provider });
  if (known.receipt.user_name === null && known.receipt.user_email === null) {
    Object.assign(known.receipt, { user_name, user_email });
  }
  return known;
}
