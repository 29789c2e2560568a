import type { Receipt } from '../../shared/api/receipts.js';
import type { ReadNote } from '../sources/index.js';
import type { Claim, Count } from '../sources/source.js';
import type { RecordName, SkippedRecord } from './records.js';

/** What records say about one commit of the default branch, for counting its lines. */
export interface Spoken {
  sources: Set<string>;
  hasReceipts: boolean;
  claims: Claim[];
  counts: Map<string, Count[]>;
}

/** What became of a record. */
export interface ReadRecord extends RecordName {
  /** Its format, undefined when it is not known. */
  source?: string | undefined;
  /** Why it cannot be read; undefined when it was. */
  reason?: string;
  /** What was left out of it. */
  leftOut: string[];
}

export interface ReadingOptions {
  /** Whether a commit's lines are to be counted: then what is said of it is kept. */
  isCounted: (commit: string) => boolean;
  /** Gets every receipt, in the order of the records; the next record waits for it. */
  onReceipt?: ((receipt: Receipt) => Promise<void>) | undefined;
  onRecord?: ((record: ReadRecord) => void) | undefined;
}

/** Takes up what was read, one record after the other. */
export class Reading {
  readonly notes: { read: number; skipped: SkippedRecord[]; left_out: SkippedRecord[] };
  readonly spoken = new Map<string, Spoken>();
  /** What is not here now (a partial clone) and may come later: names of places, keys of records. */
  readonly pending: string[] = [];
  readonly #options: ReadingOptions;
  readonly #known = new Map<string, Receipt>();

  constructor(skipped: readonly SkippedRecord[], options: ReadingOptions) {
    this.notes = { read: 0, skipped: [], left_out: [] };
    this.#options = options;
    for (const { reason, isPending, ...name } of skipped) {
      this.skip(name, reason);
      if (isPending) this.pending.push(name.ref);
    }
  }

  skip(name: RecordName, reason: string, source?: string): void {
    this.notes.skipped.push({ ref: name.ref, commit: name.commit, reason });
    this.#options.onRecord?.({ ...name, source, reason, leftOut: [] });
  }

  /**
   * Takes up one record of any number of commits: `parse` reads it as that of one of them, of none when the commit is
   * empty. Lines are the first commit's alone: the same number is not to count twice.
   */
  async take(
    name: RecordName,
    commits: readonly string[],
    parse: (commit: string) => ReadNote | { reason: string },
  ): Promise<void> {
    for (const [nth, about] of (commits.length === 0 ? [''] : commits).entries()) {
      const note = parse(about);
      if (nth === 0) this.#report(name, note);
      if ('reason' in note || isEmpty(note)) return;
      for (const receipt of note.receipts) {
        const filled = withWhatIsKnown(this.#known, receipt);
        await this.#options.onReceipt?.(about === '' ? { ...filled, attributions: [] } : filled);
      }
      if (this.#options.isCounted(about)) this.#remember(about, nth === 0 ? note : { ...note, claims: [], counts: [] });
    }
  }

  #report(name: RecordName, note: ReadNote | { reason: string }): void {
    if ('reason' in note) this.skip(name, note.reason);
    else if (isEmpty(note)) this.skip(name, note.skipped[0]!, note.source);
    else {
      const { skipped, source } = note;
      this.notes.read++;
      this.notes.left_out.push(...skipped.map((reason) => ({ ref: name.ref, commit: name.commit, reason })));
      this.#options.onRecord?.({ ...name, source, leftOut: skipped });
    }
  }

  #remember(commit: string, { source, receipts, claims, counts = [] }: ReadNote): void {
    const before: Spoken = this.spoken.get(commit) ?? {
      sources: new Set(),
      hasReceipts: false,
      claims: [],
      counts: new Map(),
    };
    before.sources.add(source);
    before.hasReceipts ||= receipts.length > 0;
    for (const claim of claims) before.claims.push(claim);
    if (counts.length > 0) before.counts.set(source, [...(before.counts.get(source) ?? []), ...counts]);
    this.spoken.set(commit, before);
  }
}

/** All that it says was left out. */
function isEmpty({ receipts, claims, skipped }: ReadNote): boolean {
  return receipts.length === 0 && claims.length === 0 && skipped.length > 0;
}

/**
 * The notes of one session name its author and its model now and then only. What one note told is filled in where another
 * is silent, so that the order of notes makes no amendments.
 */
function withWhatIsKnown(known: Map<string, Receipt>, receipt: Receipt): Receipt {
  const before = known.get(receipt.id);
  const person = (receipt.user_name ?? receipt.user_email) ? receipt : before;
  const model = receipt.model == null ? before : receipt;
  const filled = {
    ...receipt,
    user_name: person?.user_name ?? null,
    user_email: person?.user_email ?? null,
    model: model?.model ?? null,
    provider: model?.provider ?? receipt.provider ?? null,
  };
  known.set(receipt.id, { ...filled, attributions: [] });
  return filled;
}
