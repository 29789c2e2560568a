import { stableId } from '../../shared/ids.js';
import { namesOf, newDraft, pathOf, settle, touch } from './draft.js';
import { readObject } from './read-object.js';
import { isObjectWith } from './sniff.js';
import type { Count, NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'kiro-metrics';

/**
 * kiro-metrics' notes (formats.md, section 3): lines of the commit by number.
 *
 *     { "attribution_state": "measured", "ai_lines": 85, "human_lines": 12, "total_lines": 97,
 *       "ai_files": ["src/a.ts"], "human_files": ["README.md"] }
 *
 * `unknown` means that its hook could not be shown to work and saw nothing: not even that AI took part. Such a note is
 * left out with that reason. A commit measured as written by people alone is no receipt.
 */
export const kiroMetrics: Source = {
  name: NAME,
  recorder: 'kiro-metrics',
  places: ['refs/notes/ai-attribution'],
  gives: 'a number of lines',
  matches: (note) => isObjectWith(note, 'attribution_state'),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note);
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (json.attribution_state !== 'measured') {
    return { receipts: [], claims: [], skipped: ['its recorder could not tell who wrote the commit'] };
  }
  const names = namesOf({ tool: 'kiro' });
  const draft = newDraft(stableId(NAME, context.repo, context.commit), NAME, names, context);
  for (const file of Array.isArray(json.ai_files) ? json.ai_files : []) {
    const path = pathOf(file, context.root);
    if (path !== undefined) touch(draft, path);
  }
  const [ai, human] = [lineCount(json.ai_lines), lineCount(json.human_lines)];
  const counts: Count[] = ai + human === 0 ? [] : [{ path: null, ai, human, ...names }];
  const skipped: string[] = [];
  const drafts = ai > 0 || draft.files.size > 0 ? [draft] : [];
  return { ...settle(new Map(), drafts, context, skipped), counts, skipped };
}

function lineCount(value: unknown): number {
  return Number.isSafeInteger(value) ? Math.max(0, value as number) : 0;
}
