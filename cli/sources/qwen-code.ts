import { stableId } from '../../shared/ids.js';
import { namesOf, newDraft, pathOf, settle, touch } from './draft.js';
import { isObject } from './json.js';
import { readObject } from './read-object.js';
import { hasKeys, isObjectWith } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'qwen-code';

/** Written in place of the model's name when Qwen Code does not tell it. */
const STAND_IN = 'Qwen-Coder';

/**
 * Qwen Code's notes (formats.md, section 3), which count characters:
 *
 *     { "version": 1, "generator": "Qwen-Coder",
 *       "files": { "src/a.ts": { "aiChars": 150, "humanChars": 30, "percent": 83 } },
 *       "summary": { "aiPercent": 83, "aiChars": 150, "humanChars": 30, "totalFilesTouched": 1 } }
 *
 * Earlier versions say `aiCharsAdded` and `aiCharsRemoved`. Characters are not lines, so the files that AI wrote in are
 * named and no lines claimed. All staged files are listed, also those AI had no part in; a commit with only such is no
 * receipt. There is neither session nor time.
 */
export const qwenCode: Source = {
  name: NAME,
  recorder: 'Qwen Code',
  places: ['refs/notes/ai-attribution'],
  gives: 'that AI took part: it counts characters, not lines',
  matches: (note) =>
    isObjectWith(note, 'generator', 'files', 'summary') &&
    (hasKeys(note, 'aiChars') || hasKeys(note, 'totalAiCharsAdded')),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note);
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (!isObject(json.files)) return { reason: 'no files' };

  const names = namesOf({ tool: NAME, model: json.generator });
  const said = { ...names, ...(json.generator === STAND_IN && { model: null }) };
  const draft = newDraft(stableId(NAME, context.repo, context.commit), NAME, said, context);
  for (const [name, file] of Object.entries(json.files)) {
    const path = pathOf(name, context.root);
    if (path !== undefined && isObject(file) && AI_CHARACTERS.some((key) => isPositive(file[key]))) touch(draft, path);
  }
  const skipped: string[] = [];
  return { ...settle(new Map(), draft.files.size === 0 ? [] : [draft], context, skipped), skipped };
}

const AI_CHARACTERS = ['aiChars', 'aiCharsAdded', 'aiCharsRemoved'];

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
