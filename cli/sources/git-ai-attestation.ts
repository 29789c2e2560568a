import { type LineSet, parseLines } from '../../shared/line-set.js';
import { toStorable, truncate } from '../../shared/text.js';
import { isOfRepository } from './draft.js';

/** Longest attestation that is read; the longest of 10,685 notes has 52 kB. */
const MAX_ATTESTATION = 4 * 1024 * 1024;
const MAX_PATH = 4096;
const SEPARATOR = '---\n';

export interface AttestedLines {
  /** As written: `s_…::t_…`, `h_…`, 16 or 7 hex digits, `human`, `ai_agent`, a UUID. */
  key: string;
  lines: LineSet;
}

export interface Attestation {
  /** Entries of each path in their order; a path that is listed twice goes on. */
  files: Map<string, AttestedLines[]>;
  /** Entries that could not be read. */
  damaged: number;
  /** What follows the attestation. */
  json: Buffer;
}

/** What a git-ai note begins with: a path and an entry, or an empty attestation. */
const FIRST_ENTRY = /^(?:---\n)?(?:"[^"]*"|\S[^\n]*)\n {2}[^\s"]\S* \d/;
const EMPTY_ATTESTATION = /^---\n\s*\{/;

/** True when the note begins like one of git-ai. Pretty JSON does not: its second line holds a quoted key. */
export function beginsLikeAttestation(note: Buffer): boolean {
  const beginning = note.toString('latin1', 0, 2 * MAX_PATH);
  return FIRST_ENTRY.test(beginning) || EMPTY_ATTESTATION.test(beginning);
}

/**
 * The attestation of a note (formats.md, section 1):
 *
 *     src/app/server.ts
 *       s_0123456789abcd::t_aaaaaaaaaaaaaa 1-10,15
 *     "src/my file.ts"
 *       0f1e2d3c4b5a6978 3,7-9
 *     ---
 *     {"schema_version":"authorship/3.0.0", …
 *
 * authorship/4.0.0 has a second attestation behind the `---`, which repeats the first under other keys. Only the first
 * counts, and the JSON starts at the first line that begins like JSON.
 */
export function readAttestation(note: Buffer): Attestation | { reason: string } {
  const end = attestationEnd(note);
  if (end < 0) return { reason: 'no line --- behind the attestation' };
  if (end > MAX_ATTESTATION) return { reason: 'an attestation of more than 4 MiB' };
  const json = jsonStart(note, end + SEPARATOR.length - 1);
  if (json < 0) return { reason: 'no JSON behind the attestation' };
  return { ...readFiles(note.toString('utf8', 0, end)), json: note.subarray(json) };
}

/** Where the line begins that JSON begins with, and no path such as `{{name}}/a.py`; -1 when there is none. */
function jsonStart(note: Buffer, from: number): number {
  for (let at = note.indexOf('\n{', from); at >= 0; at = note.indexOf('\n{', at + 1)) {
    if (JSON_NEXT.has(note[at + 2])) return at + 1;
  }
  return -1;
}

/** What can follow the brace: a key, the end, space; or nothing where the note ends. */
const JSON_NEXT = new Set<number | undefined>([...Buffer.from('"} \t\r\n'), undefined]);

/** Where the line `---` begins; -1 when there is none. */
function attestationEnd(note: Buffer): number {
  if (note.toString('latin1', 0, SEPARATOR.length) === SEPARATOR) return 0;
  const before = note.indexOf(`\n${SEPARATOR}`);
  return before < 0 ? -1 : before + 1;
}

function readFiles(text: string): Pick<Attestation, 'files' | 'damaged'> {
  const files = new Map<string, AttestedLines[]>();
  let damaged = 0;
  let path = '';
  let unfinished = false;
  let entries: AttestedLines[] | undefined;
  for (const line of linesOf(text)) {
    if (line.startsWith('  ')) {
      entries ??= entriesOf(path, files);
      const entry = readEntry(line);
      if (entry && entries) entries.push(entry);
      else damaged++;
      unfinished = false;
    } else if (unfinished) {
      // A quoted path may hold a newline: it goes on until the closing quote.
      path = `${path}\n${line}`;
      unfinished = !line.endsWith('"');
    } else {
      path = line;
      unfinished = line.startsWith('"') && (line.length === 1 || !line.endsWith('"'));
      entries = undefined;
    }
  }
  return { files, damaged };
}

/** The list that entries below a path go to; undefined when the path is none. */
function entriesOf(path: string, files: Map<string, AttestedLines[]>): AttestedLines[] | undefined {
  const name = readPath(path);
  if (name === '') return undefined;
  const entries = files.get(name) ?? [];
  files.set(name, entries);
  return entries;
}

function* linesOf(text: string): Generator<string> {
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    yield text.slice(at, end);
  }
}

/** Two spaces, key, space, lines. */
function readEntry(line: string): AttestedLines | undefined {
  const space = line.indexOf(' ', 2);
  const lines = space > 2 ? parseLines(line.slice(space + 1)) : undefined;
  return lines && { key: line.slice(2, space), lines };
}

/**
 * Paths with a space, tab or newline stand in quotes, without any escaping. Empty when there is no path or none of the
 * repository: git-ai writes no others, and an absolute one would tell the name of a user.
 */
function readPath(path: string): string {
  const bare = path.length > 1 && path.startsWith('"') && path.endsWith('"') ? path.slice(1, -1) : path;
  const name = truncate(toStorable(bare), MAX_PATH);
  return isOfRepository(name) ? name : '';
}
