import { toReceipt } from './draft.js';
import { beginsLikeAttestation, readAttestation } from './git-ai-attestation.js';
import { type Author, GIT_AI, readSessions, type Sessions, unknownAuthor } from './git-ai-sessions.js';
import { isObject, type Json, parseJsonWithout } from './json.js';
import { lastWins } from './last-wins.js';
import type { Claim, NoteContext, ParsedNote, Source } from './source.js';

/**
 * git-ai's notes, authorship/3.0.0 and the 4.0.0 of a fork (formats.md, section 1). Each session is a receipt, also one
 * that has no lines in this commit; what was attested under keys that lead nowhere is one receipt for the commit.
 */
export const gitAi: Source = {
  name: GIT_AI,
  recorder: 'git-ai',
  places: ['refs/notes/ai'],
  gives: 'sessions and lines, `authorship/3.0.0` and the 4.0.0 dialect; messages are not read',
  matches: beginsLikeAttestation,
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const attestation = readAttestation(note);
  if ('reason' in attestation) return attestation;
  const json = parseJson(attestation.json);
  if (json === undefined) return { reason: 'its JSON cannot be read' };

  const read = readSessions(json, context);
  const authorOf = resolver(read, context);
  const claims: Claim[] = [];
  for (const [path, entries] of attestation.files) {
    const won = lastWins(entries.map(({ key, lines }) => ({ by: authorOf(key), lines })));
    for (const [{ by, tool, provider, model, session }, lines] of won) {
      if (by === 'nobody') continue;
      claims.push({ path, lines, by, tool, provider, model });
      if (session?.files.has(path)) session.files.get(path)!.push(lines);
      else session?.files.set(path, [lines]);
    }
  }
  const skipped = [...read.skipped, ...Array<string>(attestation.damaged).fill('an entry that cannot be read')];
  const receipts = [...read.sessions.values()].map((session) => toReceipt(session, context.commit, skipped));
  return { receipts, claims, skipped };
}

function parseJson(json: Buffer): Json | undefined {
  try {
    const value = parseJsonWithout('messages', json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const HUMAN: Author = { by: 'human', tool: null, provider: null, model: null };

/** `s_…::t_…` is known by what stands before the colons, other keys as a whole, persons by their `h_`. */
function resolver({ authors, sessions }: Sessions, context: NoteContext): (key: string) => Author {
  let unknown: Author | undefined;
  return (key) => {
    if (key === 'human' || key.startsWith('h_')) return HUMAN;
    const colons = key.indexOf('::');
    const known = authors.get(colons < 0 ? key : key.slice(0, colons));
    if (known) return known;
    unknown ??= unknownAuthor(sessions, context);
    return unknown;
  };
}
