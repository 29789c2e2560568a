import { stableId } from '../../shared/ids.js';
import { readAi } from './ai-names.js';
import {
  type AttestedFiles,
  type Author,
  attest,
  type Draft,
  HUMAN,
  listedLines,
  NOBODY,
  newDraft,
  pathOf,
  settle,
  testTool,
} from './draft.js';
import { isObject, type Json } from './json.js';
import { readObject } from './read-object.js';
import { isObjectWith } from './sniff.js';
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
  matches: (note) => isObjectWith(note, 'files', 'authors', 'author', 'lines', 'agent_metadata'),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note);
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (!isObject(json.files)) return { reason: 'no files' };

  const authors = new Map<string, Author>();
  const attested: AttestedFiles = new Map();
  const skipped = new Set<string>();
  for (const [name, file] of Object.entries(json.files)) {
    const path = pathOf(name, context.root);
    if (path === undefined || !isObject(file) || !Array.isArray(file.authors))
      skipped.add('a file that cannot be read');
    else {
      for (const entry of file.authors.filter(isObject)) {
        const test = testTool(entry.author);
        if (test !== undefined) skipped.add(test);
        attest(
          attested,
          path,
          test === undefined ? authorOf(entry, authors, context) : NOBODY,
          listedLines(entry.lines),
        );
      }
    }
  }
  const left = [...skipped];
  const drafts = [...authors.values()].flatMap(({ draft }) => draft ?? []);
  return { ...settle(attested, drafts, context, left), skipped: left };
}

/** One object for each author, since lines are won by object. */
function authorOf({ author, agent_metadata }: Json, authors: Map<string, Author>, context: NoteContext): Author {
  const name = typeof author === 'string' ? author.trim() : '';
  const metadata = isObject(agent_metadata) ? agent_metadata : undefined;
  const key = JSON.stringify([name, metadata?.model]);
  const known = authors.get(key) ?? newAuthor(name, metadata, context);
  authors.set(key, known);
  return known;
}

function newAuthor(name: string, metadata: Json | undefined, context: NoteContext): Author {
  if (metadata === undefined && (name === '' || name.toLowerCase() === 'unknown')) return NOBODY;
  const ai = readAi(name, metadata?.model);
  if (ai === undefined && metadata === undefined) return HUMAN;
  const names = ai ?? { tool: null, provider: null, model: null };
  const id = stableId(NAME, context.repo, context.commit, names.tool ?? '', names.model ?? '');
  const draft: Draft = newDraft(id, NAME, names, context);
  return { by: 'ai', ...names, draft };
}
