import { createHash, type Hash } from 'node:crypto';
import { type LineSet, normalize } from '../../shared/line-set.js';
import type { MarkedParser } from './diff-tree.js';
import { decodePath } from './quoted-path.js';
import { LF } from './records.js';

/** What a commit did to one file. */
export interface FileChange {
  /** The new path; the old one where the file was deleted. */
  path: string;
  /** Numbers of the added lines in the new file. */
  added: LineSet;
  /** How many lines of the old file are gone. */
  deleted: number;
}

export interface Patch {
  commit: string;
  /**
   * Equal for equal patches, wherever in the files they apply: a hash of all that `git patch-id` looks at (paths, modes,
   * lines, context), white space included. So commits with one id add the same lines in the same order. Undefined when
   * the commit changes nothing.
   */
  id: string | undefined;
  /** Files with added or deleted lines: no binary files, no submodules, no mere renames or mode changes. */
  files: FileChange[];
}

const HASH = 0x23;
const MINUS = 0x2d;
const PLUS = 0x2b;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const GITLINK = /^(?:index .* |new file mode |deleted file mode )160000$/;

/** Two paths of 4096 bytes, every byte quoted as `\ooo`, fit easily. */
const HEADER_LIMIT = 1 << 20;

/**
 * Reads `git diff-tree --stdin -p` with a line `#<commit>` before each commit, as a stream of bytes:
 *
 *     #0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1
 *     diff --git a/src/a.ts b/src/a.ts
 *     index 0d9ce9e0…..5c1b0e4f… 100644
 *     --- a/src/a.ts
 *     +++ b/src/a.ts
 *     @@ -6,3 +6,4 @@ function total() {
 *        // All of them.
 *     -  return 1;
 *     +  const one = 1;
 *     +  return one;
 *      }
 *
 * A hunk's header says how many lines of either side follow; that many are passed over without looking at more than their first byte.
 * So a line like `++ b/x` or `@@ -1 +1 @@` inside a file is only a line, and no line is ever held in memory.
 */
export class PatchParser implements MarkedParser<Patch> {
  #header: Buffer[] = [];
  #headerLength = 0;
  /** Lines of the hunk's old and new side that are still to come. */
  #oldLeft = 0;
  #newLeft = 0;
  /** Number of the next line in the new file. */
  #line = 0;
  #insideBodyLine = false;
  #current: { commit: string; files: Map<string, MutableChange>; hash: Hash | undefined } | undefined;
  /** The line that names the objects of the file being read. */
  #index: Buffer | undefined;
  #oldPath: string | undefined;
  #file: MutableChange | undefined;
  #isSubmodule = false;

  push(chunk: Buffer): Patch[] {
    const finished: Patch[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#insideBodyLine || this.#oldLeft + this.#newLeft > 0) {
        at = this.#skipBody(chunk, at);
        continue;
      }
      const end = chunk.indexOf(LF, at);
      const piece = chunk.subarray(at, end < 0 ? chunk.length : end);
      at += piece.length + 1;
      this.#header.push(piece);
      this.#headerLength += piece.length;
      if (this.#headerLength > HEADER_LIMIT) throw new Error('a header line of a patch has no end');
      if (end < 0) break;
      const line = this.#header.length === 1 ? piece : Buffer.concat(this.#header);
      this.#header = [];
      this.#headerLength = 0;
      if (line[0] === HASH) {
        finished.push(...this.end());
        this.#current = { commit: line.toString('latin1', 1), files: new Map(), hash: undefined };
      } else {
        this.#hashHeader(line);
        this.#readHeader(line);
      }
    }
    return finished;
  }

  end(): Patch[] {
    if (!this.#current) return [];
    const { commit, files, hash } = this.#current;
    this.#current = undefined;
    const changes = [...files.values()].map((file) => ({ ...file, added: normalize(file.added) }));
    return [{ commit, id: hash?.digest('hex'), files: changes }];
  }

  #skipBody(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length) {
      if (!this.#insideBodyLine) {
        if (this.#oldLeft + this.#newLeft === 0) break;
        this.#countLine(chunk[at]);
      }
      const end = chunk.indexOf(LF, at);
      this.#insideBodyLine = end < 0;
      at = end < 0 ? chunk.length : end + 1;
    }
    this.#current?.hash?.update(chunk.subarray(start, at));
    return at;
  }

  /** Neither line numbers nor object names belong to a patch; of a binary file the names are all that there is. */
  #hashHeader(line: Buffer): void {
    const start = line.toString('latin1', 0, 13);
    if (!this.#current || start.startsWith('@@ -')) return;
    if (start.startsWith('index ')) {
      this.#index = Buffer.from(line);
      return;
    }
    this.#current.hash ??= createHash('sha256');
    if (start === 'Binary files ' && this.#index) this.#current.hash.update(this.#index);
    this.#current.hash.update(line).update('\n');
  }

  #countLine(first: number | undefined): void {
    if (first === PLUS) {
      this.#newLeft--;
      this.#addLine(this.#line++);
    } else if (first === MINUS) {
      this.#oldLeft--;
      if (this.#file && !this.#isSubmodule) this.#file.deleted++;
    } else if (first === SPACE) {
      this.#oldLeft--;
      this.#newLeft--;
      this.#line++;
    } else if (first !== BACKSLASH) {
      // A backslash begins "\\ No newline at end of file", which is no line of the file.
      throw new Error('a hunk of a patch is shorter than its header says');
    }
  }

  #addLine(line: number): void {
    if (!this.#file || this.#isSubmodule) return;
    const last = this.#file.added.at(-1);
    if (last && last[1] === line - 1) last[1] = line;
    else this.#file.added.push([line, line]);
  }

  #readHeader(line: Buffer): void {
    const start = line.toString('latin1', 0, 4);
    if (start === 'diff') {
      this.#isSubmodule = false;
      this.#file = undefined;
    } else if (start === '--- ') {
      this.#oldPath = withoutSide(decodePath(line.subarray(4)));
    } else if (start === '+++ ') {
      this.#file = this.#change(withoutSide(decodePath(line.subarray(4))) ?? this.#oldPath ?? '');
    } else if (start === '@@ -') {
      this.#readHunk(line.toString('latin1'));
    } else if (GITLINK.test(line.toString('latin1'))) {
      this.#isSubmodule = true;
    }
  }

  #readHunk(line: string): void {
    const match = HUNK.exec(line);
    if (!match || !this.#file) throw new Error('a patch has a hunk that can not be read');
    this.#oldLeft = Number(match[1] ?? 1);
    this.#line = Number(match[2]);
    this.#newLeft = Number(match[3] ?? 1);
  }

  /** A file that becomes a symbolic link is printed twice, deleted and added: one change of one path. */
  #change(path: string): MutableChange {
    if (!this.#current) throw new Error('a patch begins before its commit');
    let change = this.#current.files.get(path);
    if (!change) {
      change = { path, added: [], deleted: 0 };
      this.#current.files.set(path, change);
    }
    return change;
  }
}

interface MutableChange {
  path: string;
  added: [number, number][];
  deleted: number;
}

/** `a/src/x` and `b/src/x`; `/dev/null` stands for a file that is not there. */
function withoutSide(path: string): string | undefined {
  return path === '/dev/null' ? undefined : path.slice(2);
}
