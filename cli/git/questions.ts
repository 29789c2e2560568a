import type { GitProcess } from './process.js';

/** Written to git in pieces of this size: one system call for about a hundred object names. */
const PIECE = 4096;

/**
 * Questions for a git process that answers in order and may die over one of them. What was asked and not answered stays
 * open, so that a new process can be asked again; the first open one is the one git died over.
 */
export class Questions<T> {
  readonly #source: AsyncIterator<T> | Iterator<T>;
  readonly #toText: (question: T) => string;
  #open: T[] = [];
  #again: T[] = [];
  #drained = false;
  #failure: { error: unknown } | undefined;

  constructor(source: AsyncIterable<T> | Iterable<T>, toText: (question: T) => string) {
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#toText = toText;
  }

  /** Asks until the source is drained or git is gone, never faster than git reads. Never rejects: `reopen` tells. */
  async ask(git: GitProcess): Promise<void> {
    let text = '';
    try {
      while (git.listening) {
        const question = await this.#next();
        if (question === undefined) break;
        this.#open.push(question);
        text += this.#toText(question);
        if (text.length < PIECE) continue;
        await git.write(text);
        text = '';
      }
      await git.write(text);
    } catch (error) {
      this.#failure = { error };
    }
    git.end();
  }

  async #next(): Promise<T | undefined> {
    const again = this.#again.shift();
    if (again !== undefined || this.#drained) return again;
    const next = await this.#source.next();
    if (next.done) this.#drained = true;
    return next.done ? undefined : next.value;
  }

  /** The question that git answers next. */
  get first(): T | undefined {
    return this.#open[0];
  }

  /** The question that the answer just read belongs to. */
  answered(): T {
    const question = this.#open.shift();
    if (question === undefined) throw new Error('git answered what nobody asked');
    return question;
  }

  /** After `ask` has returned and git is gone: what is open will be asked again. Throws what the source threw. */
  reopen(): void {
    if (this.#failure) throw this.#failure.error;
    this.#again = this.#open.concat(this.#again);
    this.#open = [];
  }

  /** After `reopen`: the question git died over, which will not be asked again. */
  giveUp(): T | undefined {
    return this.#again.shift();
  }

  /** After `reopen`: true when every question of the source was answered or given up. */
  get done(): boolean {
    return this.#drained && this.#again.length === 0;
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
