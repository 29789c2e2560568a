import type { EvaluatedCommit, EvaluatedReceipt, Violation } from '../api/policies.js';
import { cutLines } from '../line-set.js';
import type { Facts } from './facts.js';
import type { Change } from './input.js';

/** What a rule found in a change. Told only as far as anybody reads: 500 policies can find something in 10,000 receipts each. */
export interface Finding {
  tell: () => Telling;
  /** What it rests on; an exemption must cover all of it. */
  places: () => Places;
}

/** What a violation says of a finding; what is not said is null. */
export interface Telling extends Partial<Violation> {
  value: unknown;
  message: string;
}

export interface Places {
  /** Each by any of its names, in lower case. */
  people: string[][];
  paths: string[];
  commits: string[];
}

/** What a rule answers: what it found, and why it could not look at the rest. */
export interface Outcome {
  findings: Finding[];
  gaps: string[];
}

/** A rule made ready to be asked about many changes. */
export interface CompiledRule {
  limit: unknown;
  advice: string;
  judge: (facts: Facts) => Outcome;
}

/** Characters of line numbers that a violation carries. */
export const MAX_LINES = 500;

export const TOO_MUCH = 'the change and the policies are too large to be evaluated together';

/** The people of receipts, each by e-mail and name. */
export const peopleOf = (receipts: readonly EvaluatedReceipt[]): string[][] =>
  receipts.map(({ user_email, user_name }) => inLowerCase([user_email, user_name]));

/** The authors of commits, each by e-mail and name. */
export const authorsOf = (commits: readonly EvaluatedCommit[]): string[][] =>
  commits.map(({ author_email, author_name }) => inLowerCase([author_email, author_name]));

const inLowerCase = (texts: (string | null | undefined)[]) =>
  texts.filter((text) => !!text).map((text) => text!.toLowerCase());

export const receiptPlaces = (receipts: readonly EvaluatedReceipt[]): Places => ({
  people: peopleOf(receipts),
  paths: unique(receipts.flatMap(({ attributions }) => (attributions ?? []).map(({ path }) => path))),
  commits: unique(receipts.flatMap(({ attributions }) => (attributions ?? []).map(({ commit }) => commit))),
});

export const commitPlaces = (commits: readonly EvaluatedCommit[]): Places => ({
  people: authorsOf(commits),
  paths: unique(commits.flatMap(({ files }) => (files ?? []).filter(({ ai }) => ai !== '').map(({ path }) => path))),
  commits: unique(commits.map(({ commit }) => commit)),
});

/** What is found in one receipt stands where the receipt's first lines stand. */
export function receiptPosition(receipt: EvaluatedReceipt) {
  const first = receipt.attributions?.[0];
  return {
    receipt_id: receipt.id,
    commit: first?.commit ?? null,
    path: first?.path ?? null,
    lines: first?.lines ? cutLines(first.lines, MAX_LINES) : null,
  };
}

export function changePlaces({ receipts, commits }: Change): Places {
  const [one, other] = [receiptPlaces(receipts), commitPlaces(commits)];
  return {
    people: [...one.people, ...other.people],
    paths: [...one.paths, ...other.paths],
    commits: [...one.commits, ...other.commits],
  };
}

const unique = (texts: (string | null | undefined)[]) => [...new Set(texts.filter((text) => text != null))] as string[];
