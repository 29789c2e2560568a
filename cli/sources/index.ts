import { toStorable } from '../../shared/text.js';
import { agentTrace } from './agent-trace.js';
import { agentblame } from './agentblame.js';
import { agentnote } from './agentnote.js';
import { agitrack } from './agitrack.js';
import { aiAttr } from './ai-attr.js';
import { blameprompt } from './blameprompt.js';
import { isOfRepository } from './draft.js';
import { entire } from './entire.js';
import { gitAi } from './git-ai.js';
import { gitAiV0 } from './git-ai-v0.js';
import { kiroMetrics } from './kiro-metrics.js';
import { qwenCode } from './qwen-code.js';
import { gitMemento, promptStory, shiftlog } from './session-notes.js';
import type { Described, NoteContext, ParsedNote, Source } from './source.js';
import { srctrace } from './srctrace.js';
import { whogitit } from './whogitit.js';

/** All formats of notes, in the order in which they are asked: grammar first, then JSON by its keys. */
export const sources: Source[] = [
  aiAttr,
  gitAi,
  blameprompt,
  agentblame,
  agentnote,
  whogitit,
  agentTrace,
  srctrace,
  qwenCode,
  kiroMetrics,
  promptStory,
  shiftlog,
  gitAiV0,
  gitMemento,
];

/** Everything that is read, notes or not, as `docs/counting.md` lists it. */
export const described: Described[] = [...sources, entire, agitrack];

/** The sources that the configuration lets us read; undefined: all. */
export type Only = readonly string[] | undefined;

export const isRead = ({ name }: Described, only: Only): boolean => only === undefined || only.includes(name);

/** The largest notes seen have 4 MB; git-ai's own server takes 8 MB. Whatever is in 16 MiB is read within a second. */
const MAX_NOTE = 16 * 1024 * 1024;

/** A note damaged in a hundred places is damaged; nobody reads a list of millions. */
const MAX_SKIPPED = 100;

/** What was read of a record, and by which source. */
export type ReadNote = ParsedNote & { source: string };

/** Reads a note of any known format. Never throws: what can't be read has a reason that can be shown. */
export function parseNote(note: Buffer, context: NoteContext, only?: Only): ReadNote | { reason: string } {
  if (note.length > MAX_NOTE) return { reason: 'larger than 16 MiB' };
  const source = sources.find((candidate) => candidate.matches(note));
  if (source === undefined) return { reason: `not a known note format (${beginning(note)})` };
  if (!isRead(source, only)) return { reason: `${source.name}: not one of sources.only` };
  return named(source, source.parse(note, context));
}

/** What a source made of a record, under its name. */
export function named({ name }: Described, parsed: ParsedNote | { reason: string }): ReadNote | { reason: string } {
  if ('reason' in parsed) return { reason: `${name}: ${parsed.reason}` };
  return { source: name, ...ofRepository(parsed), skipped: shorten(parsed.skipped) };
}

/** What a note says without lines of files that are not the commit's. Receipts may name such: absolute paths are seen. */
export function ofRepository(note: ParsedNote): ParsedNote {
  return { ...note, claims: note.claims.filter(({ path }) => isOfRepository(path)) };
}

/** The first characters of a note, as far as they can be printed. */
function beginning(note: Buffer): string {
  const text = toStorable(note.toString('utf8', 0, 80))
    .replace(/[\p{C}\p{Z}\uFFFD]+/gu, ' ')
    .trim();
  return text === '' ? 'nothing that can be printed' : `starts with ${[...text].slice(0, 20).join('')}`;
}

function shorten(skipped: string[]): string[] {
  if (skipped.length <= MAX_SKIPPED) return skipped;
  return [...skipped.slice(0, MAX_SKIPPED), `${skipped.length - MAX_SKIPPED} more`];
}
