import type { Receipt } from '../../shared/api/receipts.js';
import { stableId } from '../../shared/ids.js';
import { toName } from '../../shared/text.js';
import { type Draft, namesOf, newDraft, pathOf, recorded, settle, testTool, touch } from './draft.js';
import { isObject, type Json } from './json.js';
import { readObject } from './read-object.js';
import type { Count, Described, NoteContext, ParsedNote } from './source.js';

export const entire: Described = {
  name: 'entire',
  recorder: 'Entire',
  places: ['refs/heads/entire/checkpoints/v1', 'refs/entire/checkpoints/v1'],
  gives: 'sessions with the tokens of each checkpoint; a number of lines of the commit whose message names it',
};

/** A file of the branch `entire/checkpoints/v1`. */
export interface CheckpointFile {
  path: string;
  body: Buffer;
}

const SESSION_FILE = /^\/?([0-9a-f]{2})\/([0-9a-f]{10})\/\d+\/metadata\.json$/;

/** The checkpoint to which the metadata of a session belong; undefined for all other files. */
export function checkpointOf(path: string): string | undefined {
  const [, start, rest] = SESSION_FILE.exec(path) ?? [];
  return start === undefined ? undefined : `${start}${rest}`;
}

/** Stands in every message that names a checkpoint. */
export const CHECKPOINT_MARK = 'Entire-Checkpoint:';
const NAMED = /^Entire-Checkpoint:[ \t]*([0-9a-f]{12})[ \t]*\r?$/gm;

/**
 * The checkpoints that a commit message names. Git's rules of trailers would miss most of a squash, which has the
 * messages of all its commits one after the other; so has a line that is nothing else, wherever it stands.
 */
export function checkpointsNamed(message: string): Set<string> {
  return new Set(Array.from(message.matchAll(NAMED), ([, id]) => id!));
}

/**
 * The metadata of one checkpoint (formats.md, section 3). `a1/b2c3d4e5f6/0/metadata.json` is that of a session:
 *
 *     { "checkpoint_id": "a1b2c3d4e5f6", "session_id": "2026-02-03-5e23…", "created_at": "2026-02-03T05:02:05Z",
 *       "agent": "Claude Code", "files_touched": ["src/a.ts"], "checkpoint_transcript_start": 40,
 *       "token_usage": { "input_tokens": 90, "cache_creation_tokens": 800, "cache_read_tokens": 7, "output_tokens": 6 },
 *       "initial_attribution": { "agent_lines": 31, "human_added": 2, "total_committed": 33 } }
 *
 * `a1/b2c3d4e5f6/metadata.json` repeats the sum of their tokens and is not read. A session has a receipt in each of its
 * checkpoints, because each has tokens of its own. Prompts and transcripts are files besides and not asked for.
 */
export function parseCheckpoint(
  files: readonly CheckpointFile[],
  context: NoteContext,
): ParsedNote | { reason: string } {
  const skipped: string[] = [];
  const sessions = new Map<string, Json>();
  let id: string | undefined;
  for (const { path, body } of files) {
    const checkpoint = checkpointOf(path);
    if (checkpoint === undefined) continue;
    id ??= checkpoint;
    const metadata = readObject(body);
    if (metadata === undefined) skipped.push('a session whose JSON cannot be read');
    else if (checkpoint !== id) skipped.push('a session of another checkpoint');
    else keepLatest(sessions, metadata);
  }
  if (id === undefined) return { reason: 'no metadata of a session' };

  const drafts: Draft[] = [];
  const counts: Count[] = [];
  for (const [session, metadata] of sessions) {
    const test = testTool(metadata.agent);
    if (test !== undefined) skipped.push(test);
    else {
      drafts.push(draftOf(id, session, metadata, context, skipped));
      counts.push(...countsOf(metadata, sessions.size === 1));
    }
  }
  const [most] = counts.sort((a, b) => b.ai - a.ai);
  return { ...settle(new Map(), drafts, context, skipped), counts: most ? [most] : [], skipped };
}

/** One session can stand in a checkpoint several times, with tokens that grow: the latest has them all. */
function keepLatest(sessions: Map<string, Json>, metadata: Json): void {
  const id = typeof metadata.session_id === 'string' ? metadata.session_id : '';
  const known = sessions.get(id);
  const later = (recorded(metadata.created_at)?.timestamp ?? '') >= (recorded(known?.created_at)?.timestamp ?? '');
  if (known === undefined || later) sessions.set(id, metadata);
}

function draftOf(id: string, session: string, metadata: Json, context: NoteContext, skipped: string[]): Draft {
  const said = { ...namesOfAgent(metadata), ...recorded(metadata.created_at), ...tokensOf(metadata, skipped) };
  const draft = newDraft(
    stableId(entire.name, id, session),
    entire.name,
    { ...said, session_id: toName(session) },
    context,
  );
  for (const file of Array.isArray(metadata.files_touched) ? metadata.files_touched : []) {
    const path = pathOf(file, context.root);
    if (path !== undefined) touch(draft, path);
  }
  return draft;
}

/** `Agent` stands where Entire did not know which. */
function namesOfAgent({ agent, model }: Json) {
  return namesOf({ tool: agent === 'Agent' ? null : agent, model });
}

/**
 * The tokens since the session's checkpoint before. Versions that knew `transcript_lines_at_start` only gave the tokens
 * since the session began, in each of up to fifteen checkpoints: these are left out, since their sum would be wrong.
 */
function tokensOf(metadata: Json, skipped: string[]): Partial<Receipt> {
  if (!isObject(metadata.token_usage)) return {};
  if (metadata.transcript_lines_at_start !== undefined && metadata.checkpoint_transcript_start === undefined) {
    skipped.push('tokens that were counted from the beginning of the session');
    return {};
  }
  const { input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens } = metadata.token_usage;
  return {
    input_tokens: count(input_tokens),
    output_tokens: count(output_tokens),
    cache_read_tokens: count(cache_read_tokens),
    cache_creation_tokens: count(cache_creation_tokens),
  };
}

/**
 * Lines of the commit by number. Sessions of one checkpoint count the same lines or call each other's a person's (in 20 of 58
 * checkpoints of a real repository they come to more than was committed): the largest number counts, and people's is unknown.
 */
function countsOf(metadata: Json, alone: boolean): Count[] {
  if (!isObject(metadata.initial_attribution)) return [];
  const { agent_lines, human_added, total_committed } = metadata.initial_attribution;
  const total = count(total_committed) ?? Number.MAX_SAFE_INTEGER;
  const ai = Math.min(count(agent_lines) ?? 0, total);
  const human = alone ? Math.min(count(human_added) ?? 0, total - ai) : 0;
  return ai + human === 0 ? [] : [{ path: null, ai, human, ...namesOfAgent(metadata) }];
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
