import { rangeOf } from '../../shared/line-set.js';
import type { Ai } from './ai-names.js';
import {
  type AttestedFiles,
  Authors,
  attest,
  beyondLimit,
  namesOf,
  pathOf,
  recorded,
  settle,
  testTool,
  unread,
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
 * There is no session: each tool and model of a commit is a receipt. `refs/notes/agentblame-analytics` holds one
 * summary of the whole repository, which says nothing of a commit.
 */
export const agentblame: Source = {
  name: NAME,
  recorder: 'agentblame',
  places: ['refs/notes/agentblame'],
  gives: 'lines',
  matches,
  parse,
};

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
  const authors = new Authors(NAME, { ...context, time: recorded(json.timestamp) ?? context.time });
  const attested: AttestedFiles = new Map();
  const tests = new Set<string>();
  let damaged = 0;
  for (const item of json.attributions) {
    const attribution: Json = isObject(item) ? item : {};
    const path = pathOf(attribution.path, context.root);
    const start = attribution.startLine ?? attribution.start_line;
    const lines = rangeOf(start, attribution.endLine ?? attribution.end_line);
    const test = testTool(attribution.provider);
    if (test !== undefined) tests.add(test);
    else if (path === undefined || lines.length === 0 || !isByAi(attribution.category)) damaged++;
    else attest(attested, path, authors.of(namesIn(attribution)), lines);
  }
  const { drafts } = authors;
  const skipped = [...tests, ...unread(damaged, 'an attribution', 'attributions'), ...beyondLimit(drafts.length)];
  return { ...settle(attested, drafts, context, skipped), skipped };
}

/** There is one category so far: lines of another one count as unknown. */
function isByAi(category: unknown): boolean {
  return category === undefined || category === 'ai_generated';
}

/** What is called provider is the tool. `claude` is written where Claude Code did not tell its model. */
function namesIn({ provider: tool, model }: Json): Ai {
  return { ...namesOf({ tool, model }), ...(model === 'claude' && { model: null }) };
}
