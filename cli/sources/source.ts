import type { Receipt } from '../../shared/api/receipts.js';
import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import type { LineSet } from '../../shared/line-set.js';

/** What people are told of a source: `docs/counting.md` lists it, and `sources.only` may name it. */
export interface Described {
  /** Stored with every receipt: `git-ai`, `blameprompt`. Never change it: identities are derived from it. */
  name: string;
  /** The recorder as its users call it. */
  recorder: string;
  /** Where it leaves its records. Refs of notes are looked for by this; one that ends with `/` has a ref for each commit. */
  places: readonly string[];
  /** What is read of them, and what is not. */
  gives: string;
}

/** One note format and its parser: pure, and found by content, never by the name of its ref (formats.md, section 0). */
export interface Source extends Described {
  /** True when the bytes look like this format. Cheap: called for every note until one source answers. */
  matches(note: Buffer): boolean;
  /** Reads a note of this format; `{reason}` when it is damaged. Never throws, whatever the bytes. */
  parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string };
}

/** What a parser may know besides the bytes. */
export interface NoteContext {
  /** The annotated commit; empty where it is not known, as of a trace that no commit has taken up yet. */
  commit: string;
  /** Normalised name of the repository. */
  repo: string;
  /** When the commit was made, or when its note was; for formats whose notes carry no time. */
  time: Pick<Receipt, 'timestamp' | 'timestamp_basis'>;
  prompts: PromptMode;
  /** The work tree's absolute path ending in `/`; undefined for bare repositories. */
  root?: string;
}

export interface ParsedNote {
  /** One per session, prompt or note, with the attributions of this commit. */
  receipts: Receipt[];
  /** Who wrote which lines, for the commit's own numbers. Within one note no line is claimed twice: the last entry won. */
  claims: Claim[];
  /** AI lines of the commit by number only, for formats that do not say which lines; capped by what the commit added. */
  counts?: Count[];
  /** What was left out on purpose, one reason for each entry: test tools and the like. */
  skipped: string[];
}

/** Lines of one file that somebody is said to have written. */
export interface Claim {
  path: string;
  lines: LineSet;
  by: 'ai' | 'human';
  tool: string | null;
  provider: string | null;
  model: string | null;
}

/** A number of lines of one file, or of the whole commit where `path` is null, without saying which. */
export interface Count {
  path: string | null;
  ai: number;
  human: number;
  tool: string | null;
  provider: string | null;
  model: string | null;
}
