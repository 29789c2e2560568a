import { type MissingObject, readObjects } from './objects.js';
import type { Repository } from './repository.js';

/** What a commit object says about itself. */
export interface CommitInfo {
  oid: string;
  tree: string;
  parents: string[];
  /** Unix seconds; 0 where the object is damaged, as git itself reads it. */
  committedAt: number;
  authoredAt: number;
  authorName: string;
  authorEmail: string;
}

/**
 * Reads commits by name, those that are not here included: most annotated commits of a busy repository are not. Through
 * the same one process as notes, and not `git log`, which stops at the first commit it can't find.
 */
export async function* commitInfo(
  repo: Repository,
  oids: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<CommitInfo | MissingObject> {
  for await (const object of readObjects(repo, oids)) {
    if ('missing' in object) yield object;
    else if (object.type === 'commit') yield parseCommit(object.oid, object.body);
    else yield { oid: object.oid, missing: 'absent', reason: `a ${object.type}, not a commit` };
  }
}

/**
 *     tree 29b24f778d00df39c5d8c84dceb9db687148cce1
 *     parent 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1
 *     author Ada Example <ada@example.com> 1772017356 +0100
 *     committer Ada Example <ada@example.com> 1772017356 +0100
 *     encoding ISO-8859-1
 *
 *     Message
 */
export function parseCommit(oid: string, body: Buffer): CommitInfo {
  const end = body.indexOf('\n\n');
  // latin1 keeps every byte as one character until the encoding is known.
  const lines = body.toString('latin1', 0, end < 0 ? body.length : end).split('\n');
  const value = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const encoding = value('encoding');
  const author = parsePersonLine(value('author') ?? '');
  return {
    oid,
    tree: value('tree') ?? '',
    parents: lines.filter((line) => line.startsWith('parent ')).map((line) => line.slice('parent '.length)),
    committedAt: parsePersonLine(value('committer') ?? '').time,
    authoredAt: author.time,
    authorName: decodeText(Buffer.from(author.name, 'latin1'), encoding),
    authorEmail: decodeText(Buffer.from(author.email, 'latin1'), encoding),
  };
}

/** A message longer than this is data that somebody committed; what recorders write is at its end. */
const MAX_MESSAGE = 1024 * 1024;

/** The message of a commit object, which is headers, an empty line, the message. */
export function messageOf(body: Buffer): string {
  const start = body.indexOf('\n\n');
  return start < 0 ? '' : decodeText(body.subarray(Math.max(start + 2, body.length - MAX_MESSAGE)));
}

/** `Name <mail> seconds zone`. Any of it can be missing or odd in commits that other programs wrote. */
function parsePersonLine(line: string): { name: string; email: string; time: number } {
  const open = line.indexOf('<');
  const close = line.lastIndexOf('>');
  const time = Number(/^ *(\d{1,15})(?: |$)/.exec(line.slice(close + 1))?.[1] ?? 0);
  if (open < 0 || close < open) return { name: line.trim(), email: '', time };
  return { name: line.slice(0, open).trim(), email: line.slice(open + 1, close).trim(), time };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** UTF-8, unless the commit names another encoding or the bytes are none: then latin1, which fits every byte. */
export function decodeText(bytes: Buffer, encoding?: string): string {
  try {
    return (encoding === undefined ? UTF8 : new TextDecoder(encoding, { fatal: true })).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
