import type { EvaluatedCommit, EvaluatedReceipt, Violation } from '../api/policies.js';
import type { Facts } from './facts.js';
import type { Change } from './input.js';

/** What a rule found in a change. Put into words only when it is told: most policies find nothing, and a few too much. */
export interface Finding
  extends Partial<Pick<Violation, 'commit' | 'path' | 'lines' | 'receipt_id' | 'subject' | 'window'>> {
  value: unknown;
  /** Where it is not the rule's. */
  advice?: string;
  message: () => string;
  /** What it rests on; an exemption must cover all of it. */
  places: () => Places;
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

export const TOO_MUCH = 'the change and the policies are too large to be evaluated together';

const names = (...texts: (string | null | undefined)[]) =>
  texts.filter((text) => text != null && text !== '').map((text) => text!.toLowerCase());

export const receiptPlaces = (receipts: readonly EvaluatedReceipt[]): Places => ({
  people: receipts.map((receipt) => names(receipt.user_email, receipt.user_name)),
  paths: unique(receipts.flatMap((receipt) => (receipt.attributions ?? []).map(({ path }) => path))),
  commits: unique(receipts.flatMap((receipt) => (receipt.attributions ?? []).map(({ commit }) => commit))),
});

export const commitPlaces = (commits: readonly EvaluatedCommit[]): Places => ({
  people: commits.map((commit) => names(commit.author_email, commit.author_name)),
  paths: unique(
    commits.flatMap((commit) => (commit.files ?? []).filter(({ ai }) => ai !== '').map(({ path }) => path)),
  ),
  commits: unique(commits.map(({ commit }) => commit)),
});

export function changePlaces({ receipts, commits }: Change): Places {
  const [one, other] = [receiptPlaces(receipts), commitPlaces(commits)];
  return {
    people: [...one.people, ...other.people],
    paths: [...one.paths, ...other.paths],
    commits: [...one.commits, ...other.commits],
  };
}

const unique = (texts: (string | null | undefined)[]) => [...new Set(texts.filter((text) => text != null))] as string[];
