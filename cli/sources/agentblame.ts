import { stableId } from '../../shared/ids.js';
import { rangeOf } from '../../shared/line-set.js';
import {
  type AttestedFiles,
  type Author,
  attest,
  type Draft,
  namesOf,
  newDraft,
  pathOf,
  recorded,
  settle,
  testTool,
} from './draft.js';
import { isObject, type Json } from './json.js';
import { readObject } from './read-object.js';
import { hasKeys, isObjectWith } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'agentblame';

/**
 * Agent Blame's notes (formats.md, section 3): ranges of lines by AI. Version 1 is snake_case, version 2 camelCase.
 *
 *     { "version": 2, "timestamp": "2026-01-20T10:00:00.000Z",
 *       "attributions": [{ "path": "src/a.ts", "startLine": 3, "endLine": 9, "category": "ai_generated",
 *                          "provider": "claudeCode", "model": "claude", "confidence": 1, "contentHash": "…" }] }
 *
 * There is no session: each tool and model of a commit is a receipt. `refs/notes/agentblame-analytics` holds one summary
 * of the whole repository, which says nothing of a commit.
 */
export const agentblame: Source = { name: NAME, matches, parse };

function matches(note: Buffer): boolean {
  return isObjectWith(note, 'version', 'timestamp', 'attributions') || isSummary(note);
}

function isSummary(note: Buffer): boolean {
  return isObjectWith(note, 'version', 'summary', 'contributors', 'history') && hasKeys(note, 'aiLines');
}

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const json = readObject(note);
  if (json === undefined) return { reason: 'its JSON cannot be read' };
  if (!Array.isArray(json.attributions)) {
    return { reason: isSummary(note) ? 'a summary of the repository, not of a commit' : 'no list of attributions' };
  }
  const authors = new Map<string, Author & { draft: Draft }>();
  const attested: AttestedFiles = new Map();
  const skipped = new Set<string>();
  let damaged = 0;
  for (const item of json.attributions) {
    const attribution: Json = isObject(item) ? item : {};
    const path = pathOf(attribution.path, context.root);
    const start = attribution.startLine ?? attribution.start_line;
    const lines = rangeOf(start, attribution.endLine ?? attribution.end_line);
    const test = testTool(attribution.provider);
    if (test !== undefined) skipped.add(test);
    else if (path === undefined || lines.length === 0 || !isByAi(attribution.category)) damaged++;
    else attest(attested, path, authorOf(attribution, json.timestamp, authors, context), lines);
  }
  const left = [...skipped, ...Array<string>(damaged).fill('an attribution that cannot be read')];
  const drafts = [...authors.values()].map(({ draft }) => draft);
  return { ...settle(attested, drafts, context, left), skipped: left };
}

/** There is one category so far: what nobody is named for counts as unknown. */
function isByAi(category: unknown): boolean {
  return category === undefined || category === 'ai_generated';
}

/** What is called provider is the tool. `claude` is written where Claude Code did not tell its model. */
function authorOf(
  { provider: tool, model }: Json,
  time: unknown,
  authors: Map<string, Author & { draft: Draft }>,
  context: NoteContext,
): Author {
  const names = { ...namesOf({ tool, model }), ...(model === 'claude' && { model: null }) };
  const key = JSON.stringify(names);
  const known = authors.get(key);
  if (known) return known;
  const id = stableId(NAME, context.repo, context.commit, names.tool ?? '', names.model ?? '');
  const draft = newDraft(id, NAME, { ...names, ...recorded(time) }, context);
  const author = { by: 'ai' as const, ...names, draft };
  authors.set(key, author);
  return author;
}
