import { isDeepStrictEqual } from 'node:util';
import type { CommitFact, Receipt, TypedBatch } from '../../shared/api/receipts.js';

/** A batch is sent when it reaches one of these; well below what the server takes. */
const MAX_RECEIPTS = 500;
const MAX_ATTRIBUTIONS = 4_000;
const MAX_COMMITS = 1_000;
const MAX_LINE_TEXT = 500_000;

/** Gathers receipts and commit facts into batches; `send` gets one at a time, while the next one is being gathered. */
export class Batches {
  readonly #repo: TypedBatch['repo'];
  readonly #send: (batch: TypedBatch) => Promise<void>;
  #receipts = new Map<string, Receipt[]>();
  #commits: CommitFact[] = [];
  #size = { receipts: 0, attributions: 0, text: 0 };
  #underWay: Promise<void> = Promise.resolve();

  constructor(repo: TypedBatch['repo'], send: (batch: TypedBatch) => Promise<void>) {
    this.#repo = repo;
    this.#send = send;
  }

  /** Adds a receipt. One that says the same of the same session as before only adds its attributions. */
  async addReceipt(receipt: Receipt): Promise<void> {
    const attributions = receipt.attributions ?? [];
    const same = this.#receipts.get(receipt.id);
    const before = same?.find((other) => isDeepStrictEqual(content(other), content(receipt)));
    if (before) {
      before.attributions!.push(...attributions);
      if (receipt.timestamp < before.timestamp) before.timestamp = receipt.timestamp;
    } else {
      this.#receipts.set(receipt.id, [...(same ?? []), { ...receipt, attributions: [...attributions] }]);
      this.#size.receipts++;
    }
    this.#size.attributions += attributions.length;
    this.#size.text += attributions.reduce((sum, { lines }) => sum + (lines?.length ?? 0), 0);
    const { receipts, attributions: count, text } = this.#size;
    if (receipts >= MAX_RECEIPTS || count >= MAX_ATTRIBUTIONS || text >= MAX_LINE_TEXT) await this.#flush();
  }

  async addCommit(fact: CommitFact): Promise<void> {
    this.#commits.push(fact);
    if (this.#commits.length >= MAX_COMMITS) await this.#flush();
  }

  /** Sends what is left and waits until all is sent. Throws the first failure. */
  async finish(): Promise<void> {
    if (this.#size.receipts + this.#commits.length > 0) await this.#flush();
    await this.#underWay;
  }

  async #flush(): Promise<void> {
    const batch = { repo: this.#repo, receipts: [...this.#receipts.values()].flat(), commits: this.#commits };
    this.#receipts = new Map();
    this.#commits = [];
    this.#size = { receipts: 0, attributions: 0, text: 0 };
    await this.#underWay;
    this.#underWay = this.#send(batch);
    this.#underWay.catch(() => {}); // thrown where it is awaited: at the next batch or at the end
  }
}

/** What makes two receipts of one id the same: everything but their commits and a time that comes from these. */
function content({ attributions: _, timestamp, ...rest }: Receipt): unknown {
  return rest.timestamp_basis === 'recorded' ? { ...rest, timestamp } : rest;
}
