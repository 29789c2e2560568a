export const LF = 0x0a;
export const NUL = 0x00;

const EMPTY = Buffer.alloc(0);

/**
 * Splits a stream at a separator byte. Arrays, one for each chunk that completes a record: a promise for every record
 * would cost more than git itself. Records are views of the chunk: copy or decode what you keep.
 */
export async function* records(chunks: AsyncIterable<Buffer>, separator: number): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const found: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(separator); end >= 0; end = chunk.indexOf(separator, from)) {
      const piece = chunk.subarray(from, end);
      found.push(rest.length === 0 ? piece : Buffer.concat([...rest, piece]));
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    if (found.length > 0) yield found;
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}

/** Reads lines and blocks of known length from a stream, which is how `git cat-file --batch` answers. */
export class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = EMPTY;
  #at = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    this.#chunk = next.done ? EMPTY : next.value;
    this.#at = 0;
    return !next.done;
  }

  /** The next line without its end; undefined when the stream ends before one is complete. */
  async line(): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const end = this.#chunk.indexOf(LF, this.#at);
      if (end >= 0) {
        text += this.#chunk.toString('latin1', this.#at, end);
        this.#at = end + 1;
        return text;
      }
      text += this.#chunk.toString('latin1', this.#at);
      if (!(await this.#more())) return undefined;
    }
  }

  /** Exactly `length` bytes in a buffer of their own; undefined when the stream ends before. */
  async block(length: number): Promise<Buffer | undefined> {
    const block = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#at >= this.#chunk.length && !(await this.#more())) return undefined;
      const taken = this.#chunk.copy(block, filled, this.#at, this.#at + length - filled);
      filled += taken;
      this.#at += taken;
    }
    return block;
  }

  /** Passes over `length` bytes without keeping them; false when the stream ends before. */
  async skip(length: number): Promise<boolean> {
    let left = length;
    while (left > 0) {
      if (this.#at >= this.#chunk.length && !(await this.#more())) return false;
      const step = Math.min(left, this.#chunk.length - this.#at);
      this.#at += step;
      left -= step;
    }
    return true;
  }
}
