import type { EvaluatedCommit, EvaluatedReceipt } from '../api/policies.js';
import { countLines, parseLines } from '../line-set.js';
import type { JudgedReceipt } from './receipts.js';

/**
 * What expressions see of receipts and commits, under the names of the API, and the types of it. Counts are whole numbers in
 * CEL, which are bigint to the library. What may be unknown is `dyn` and null then; unknown lines and files are absent
 * instead, so that a misspelt field of them is found when the expression is checked.
 */
export const FIELDS = {
  Lines: { added: 'int', deleted: 'int', ai: 'int', human: 'int', unknown: 'int' },
  File: { path: 'string', added: 'int', ai: 'int' },
  Attribution: { commit: 'dyn', path: 'dyn', line_count: 'dyn' },
  Commit: {
    commit: 'string',
    author_name: 'dyn',
    author_email: 'dyn',
    is_merge: 'dyn',
    has_receipts: 'dyn',
    ai_involved: 'dyn',
    lines: 'Lines',
    files: 'list<File>',
  },
  Receipt: {
    id: 'string',
    timestamp: 'google.protobuf.Timestamp',
    tool: 'dyn',
    provider: 'dyn',
    model: 'dyn',
    user_name: 'dyn',
    user_email: 'dyn',
    cost_usd: 'dyn',
    team: 'dyn',
    attributions: 'list<Attribution>',
  },
};

const count = (lines: string | null | undefined): bigint | null => {
  const set = lines ? parseLines(lines) : undefined;
  return set ? BigInt(countLines(set)) : null;
};

export class AttributionView {
  readonly commit: string | null;
  readonly path: string | null;
  readonly line_count: bigint | null;

  constructor(item: { commit?: string | null; path?: string | null; lines?: string | null }) {
    this.commit = item.commit ?? null;
    this.path = item.path ?? null;
    this.line_count = count(item.lines);
  }
}

export class ReceiptView {
  readonly id: string;
  readonly tool: string | null;
  /** As counted (names.ts): `Anthropic` is `anthropic`, and `default` names no model. */
  readonly provider: string | null;
  readonly model: string | null;
  readonly user_name: string | null;
  readonly user_email: string | null;
  readonly cost_usd: number | null;
  readonly team: string | null;
  readonly #receipt: EvaluatedReceipt;
  readonly #timestamp: string;
  #attributions: AttributionView[] | undefined;

  constructor({ receipt, timestamp, names }: JudgedReceipt) {
    this.#receipt = receipt;
    this.#timestamp = timestamp;
    this.id = receipt.id;
    this.tool = receipt.tool ?? null;
    this.provider = names.provider;
    this.model = names.model;
    this.user_name = receipt.user_name ?? null;
    this.user_email = receipt.user_email ?? null;
    this.cost_usd = receipt.cost_usd ?? null;
    this.team = receipt.team ?? null;
  }

  get timestamp(): Date {
    return new Date(this.#timestamp);
  }

  get attributions(): AttributionView[] {
    this.#attributions ??= (this.#receipt.attributions ?? []).map((item) => new AttributionView(item));
    return this.#attributions;
  }
}

export class LinesView {
  readonly added: bigint;
  readonly deleted: bigint;
  readonly ai: bigint;
  readonly human: bigint;
  readonly unknown: bigint;

  constructor(lines: NonNullable<EvaluatedCommit['lines']>) {
    this.added = BigInt(lines.added);
    this.deleted = BigInt(lines.deleted);
    this.ai = BigInt(lines.ai);
    this.human = BigInt(lines.human);
    this.unknown = BigInt(lines.unknown);
  }
}

export class FileView {
  readonly path: string;
  readonly added: bigint;
  readonly ai: bigint;

  constructor(file: { path: string; added: number; ai: string }) {
    this.path = file.path;
    this.added = BigInt(file.added);
    this.ai = count(file.ai) ?? 0n;
  }
}

export class CommitView {
  readonly commit: string;
  readonly author_name: string | null;
  readonly author_email: string | null;
  readonly is_merge: boolean | null;
  readonly has_receipts: boolean | null;
  readonly ai_involved: boolean | null;
  readonly lines: LinesView | undefined;
  readonly #commit: EvaluatedCommit;
  #files: FileView[] | undefined;

  constructor(commit: EvaluatedCommit) {
    this.#commit = commit;
    this.commit = commit.commit;
    this.author_name = commit.author_name ?? null;
    this.author_email = commit.author_email ?? null;
    this.is_merge = commit.is_merge ?? null;
    this.has_receipts = commit.has_receipts ?? null;
    this.ai_involved = commit.ai_involved ?? null;
    this.lines = commit.lines ? new LinesView(commit.lines) : undefined;
  }

  get files(): FileView[] | undefined {
    this.#files ??= this.#commit.files?.map((file) => new FileView(file));
    return this.#files;
  }
}

/** The class of each type: the library tells types by it. */
export const VIEWS = {
  Lines: LinesView,
  File: FileView,
  Attribution: AttributionView,
  Commit: CommitView,
  Receipt: ReceiptView,
};
