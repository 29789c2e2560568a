import { readAi } from './ai-names.js';
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
import { isObject, type Json } from './json.js';
import { readObject } from './read-object.js';
import { hasKeys, isObjectWith } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'git-ai-v0';

/**
 * What the first versions of git-ai wrote to `refs/ai/authorship/<oid>` (formats.md, section 1):
 *
 *     { "files": { "src/a.ts": { "file": "src/a.ts", "authors": [
 *         { "author": "Ada Example", "lines": [1, [4, 9]], "agent_metadata": null },
 *         { "author": "Claude", "lines": [2, 3], "agent_metadata": null }] } },
 *       "schema_version": "authorship/0.0.1" }
 *
 * An author is the `user.name` of git unless an agent gave its own: `Cursor`, `Claude Code`, `o3`. So who has agent
 * metadata, or bears exactly the name of a known tool or model, is AI; all others are people. There is neither session
 * nor time.
 */
export const gitAiV0: Source = {
  name: NAME,
  recorder: 'git-ai, first version',
  places: ['refs/ai/authorship/'],
  gives: 'people and AI by line',
  matches: (note) =>
    isObjectWith(note, 'files') && (hasKeys(note, 'authorship/0.0.1') || hasKeys(note, 'authors', 'author', 'lines')),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note);
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (!isObject(json.files)) return { reason: 'no files' };

  const authors = new Authors(NAME, context);
  const attested: AttestedFiles = new Map();
  const reasons = new Set<string>();
  for (const [name, file] of Object.entries(json.files)) {
    const path = pathOf(name, context.root);
    if (path === undefined || !isObject(file) || !Array.isArray(file.authors))
      reasons.add('a file that cannot be read');
    else {
      for (const entry of file.authors.filter(isObject)) {
        const test = testTool(entry.author);
        if (test !== undefined) reasons.add(test);
        attest(attested, path, test === undefined ? authorOf(entry, authors) : NOBODY, listedLines(entry.lines));
      }
    }
  }
  const { drafts } = authors;
  const skipped = [...reasons, ...beyondLimit(drafts.length)];
  return { ...settle(attested, drafts, context, skipped), skipped };
}

/** Two names of one tool are one author. */
function authorOf({ author, agent_metadata }: Json, authors: Authors): Author {
  const name = typeof author === 'string' ? author.trim() : '';
  const metadata = isObject(agent_metadata) ? agent_metadata : undefined;
  const ai = readAi(name, metadata?.model) ?? (metadata && namesOf({ model: metadata.model }));
  if (ai !== undefined) return authors.of(ai);
  return name === '' || name.toLowerCase() === 'unknown' ? NOBODY : HUMAN;
}
