import {
  type AttestedFiles,
  type Author,
  Authors,
  attest,
  beyondLimit,
  HUMAN,
  listedLines,
  NOBODY,
  namesOf,
  pathOf,
  settle,
  testTool,
} from './draft.js';
import { isObject } from './json.js';
import { readObject } from './read-object.js';
import { hasKeys } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'srctrace';

/** Its keys have one letter each, so they must be the first ones. */
const BEGINNING = /^\s*\{\s*(?:"v"\s*:\s*"?[\w.]{1,20}"?\s*,\s*)?"f"\s*:\s*\{\s*(\})?/;
const AGENT = /^agent(?:\|([^(]*)(?:\((.*?)\)?)?)?$/;
const UNREADABLE = 'an entry that cannot be read';

/**
 * srctrace's notes (formats.md, section 3): for each file, lists of lines and whose they are.
 *
 *     { "v": 1, "f": { "src/a.ts": [{ "s": "agent|cursor(gpt-5)", "l": [1, "5-9"] }, { "s": "operator", "l": [3] }] } }
 *
 * There is neither session nor time: each tool and model of a commit is a receipt.
 */
export const srctrace: Source = {
  name: NAME,
  recorder: 'srctrace',
  places: ['refs/notes/srctrace/attribution'],
  gives: 'lines',
  matches,
  parse,
};

function matches(note: Buffer): boolean {
  const [begins, empty] = BEGINNING.exec(note.toString('latin1', 0, 200)) ?? [];
  return begins !== undefined && (empty !== undefined || hasKeys(note, 's', 'l'));
}

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note);
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (!isObject(json.f)) return { reason: 'no files' };

  const authors = new Authors(NAME, context);
  const attested: AttestedFiles = new Map();
  const reasons = new Set<string>();
  for (const [name, entries] of Object.entries(json.f)) {
    const path = pathOf(name, context.root);
    if (path === undefined || !Array.isArray(entries)) reasons.add('a file that cannot be read');
    else {
      for (const { s, l } of entries.map((entry) => (isObject(entry) ? entry : {}))) {
        const author = authorOf(s, authors);
        if ('reason' in author) reasons.add(author.reason);
        attest(attested, path, 'reason' in author ? NOBODY : author, listedLines(l));
      }
    }
  }
  const { drafts } = authors;
  const skipped = [...reasons, ...beyondLimit(drafts.length)];
  return { ...settle(attested, drafts, context, skipped), skipped };
}

/** `operator` is a person, `agent|tool(model)` is AI. */
function authorOf(said: unknown, authors: Authors): Author | { reason: string } {
  if (said === 'operator') return HUMAN;
  const [agent, tool, model] = AGENT.exec(typeof said === 'string' ? said.slice(0, 500) : '') ?? [];
  if (agent === undefined) return { reason: UNREADABLE };
  const test = testTool(tool);
  return test === undefined ? authors.of(namesOf({ tool, model })) : { reason: test };
}
