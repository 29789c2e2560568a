import { decodeText } from '../../cli/git/commits.js';
import { parseTraces, type Trace } from '../../cli/sources/agent-trace-records.js';
import { parseBlocks } from '../../cli/sources/agitrack.js';
import { parseCheckpoint } from '../../cli/sources/entire.js';
import { ofRepository, parseNote, sources } from '../../cli/sources/index.js';
import { bytesOf, context, fixtures, ID, PRIVATE, samples } from '../../cli/sources/notes.test.support.js';
import type { NoteContext, ParsedNote } from '../../cli/sources/source.js';
import { type Involvement, parseTrailers } from '../../cli/sources/trailers.js';

export type PromptMode = NoteContext['prompts'];

/** What became of a note: one of these, whatever the bytes were. */
export type Outcome = ParsedNote | { reason: string } | { involved: Involvement[] } | { traces: Trace[] };

export interface Format {
  name: string;
  /** Sound notes, which are changed. */
  notes: Buffer[];
  /** Reads a note in every way in which one of this format is read. */
  read(note: Buffer, prompts: PromptMode): Outcome[];
}

/** All that is read of other people's writing: the sources of notes, and what stands elsewhere. */
export const formats: Format[] = [
  ...sources.map(
    (source): Format => ({
      name: source.name,
      notes: fixtures.get(source.name)!,
      read(note, prompts) {
        const parsed = parseNote(note, { ...context, prompts });
        // Where it is no longer known for what it was, its own parser still has to bear it.
        if ('source' in parsed && parsed.source === source.name) return [parsed];
        const direct = source.parse(note, { ...context, prompts });
        return [parsed, 'reason' in direct ? direct : ofRepository(direct)];
      },
    }),
  ),
  { name: 'entire', notes: [checkpoint(0), checkpoint(2)], read: readCheckpoint },
  { name: 'traces.jsonl', notes: [traces('\n'), traces('\r\n')], read: readTraceFile },
  { name: 'trailers', notes: messages(), read: readMessage },
];

function checkpoint(indent: number): Buffer {
  const metadata = {
    checkpoint_id: 'a1b2c3d4e5f6',
    session_id: 'session-e',
    created_at: '2026-02-03T16:02:05.5+11:00',
    agent: 'Claude Code',
    model: 'claude-opus-4-6',
    files_touched: ['src/a.ts', '/home/ada/app/src/b.ts'],
    checkpoint_transcript_start: 40,
    token_usage: { input_tokens: 90, cache_creation_tokens: 800, cache_read_tokens: 7_000, output_tokens: 60 },
    initial_attribution: { agent_lines: 31, human_added: 2, total_committed: 33 },
    summary: { intent: PRIVATE },
  };
  return Buffer.from(JSON.stringify(metadata, null, indent));
}

function readCheckpoint(note: Buffer, prompts: PromptMode): Outcome[] {
  const files = ['0/', '1/', ''].map((folder) => ({ path: `a1/b2c3d4e5f6/${folder}metadata.json`, body: note }));
  const parsed = parseCheckpoint(files, { ...context, prompts });
  return ['reason' in parsed ? parsed : { ...parsed, claims: [] }];
}

function traces(end: string): Buffer {
  const { trace, flatTrace, ledger } = samples;
  return bytesOf(
    [trace, flatTrace, { ...flatTrace, content: PRIVATE }, ledger].map((one) => JSON.stringify(one)).join(end),
  );
}

function readTraceFile(note: Buffer): Outcome[] {
  return [{ traces: parseTraces(note, context.root).traces }];
}

function messages(): Buffer[] {
  const signed = [
    'Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>',
    'Co-authored-by: Bob Example <bob@example.com>',
    'Assisted-by: Codex:gpt-5.4',
    'Claude-Session: https://claude.ai/code/session_01Abc',
    'Agentnote-Session: 0a1b',
    'Entire-Checkpoint: a1b2c3d4e5f6',
    'Prompt-Story: Used Claude Code (3 user prompts) [0.15.3]',
    ' folded',
  ];
  const block = [
    '# aGiTrack Metadata',
    'commit_type: agent',
    'backend: claude',
    'model: claude-opus-4-8',
    `backend_session_id: ${ID}`,
    'agent_ended_at: 2026-08-01T09:42:55Z',
    'tokens_since_last_commit_input: 4000',
    'tokens_since_last_commit_cache_write: 3000',
    'tokens_since_last_commit_output: 900',
  ];
  return [
    `Add a form\n\nIt has fields.\n\n${signed.join('\n')}\n`,
    `Add a form\n\n${block.join('\n')}\n\n${block.join('\n')}\n\n${signed.slice(0, 2).join('\n')}\n`,
  ].map((text) => Buffer.from(text));
}

function readMessage(note: Buffer): Outcome[] {
  // As much as is read of a message.
  const text = decodeText(note.subarray(-1024 * 1024));
  const involved = parseTrailers(text, { name: text.slice(0, 40), email: text.slice(-40) });
  return [{ involved }, parseBlocks(text, context)];
}
