import { groupBy } from '../../group-by.js';
import { type Size, sizeOf } from '../budget.js';
import type { Facts } from '../facts.js';
import {
  type CompiledRule,
  type Finding,
  type Outcome,
  receiptPlaces,
  receiptPosition,
  type Telling,
  TOO_MUCH,
} from '../finding.js';
import { namePatterns } from '../patterns.js';
import { type JudgedReceipt, type ModelNames, receiptsInOrder } from '../receipts.js';
import { counted, cut, listed, MAX_LIMIT, place } from '../words.js';

type Kind = 'model' | 'provider';

/** `allowed_models` and `allowed_providers`: any other name is a violation. */
export function allowedRule(kind: Kind, patterns: readonly string[]): CompiledRule {
  const find = compile(kind, patterns);
  const size = sizeOf(patterns);
  const wrong = (names: ModelNames) => (find(names) === undefined ? `is not one of ${listed(patterns)}` : undefined);
  return {
    limit: patterns.slice(0, MAX_LIMIT),
    advice: `Use an allowed ${kind}, or ask for this one to be allowed.`,
    judge: (facts) => judge(facts, { rule: `allowed_${kind}s`, kind, size, wrong }),
  };
}

/** `blocked_models` and `blocked_providers`. */
export function blockedRule(kind: Kind, patterns: readonly string[]): CompiledRule {
  const find = compile(kind, patterns);
  const size = sizeOf(patterns);
  const wrong = (names: ModelNames) => {
    const pattern = find(names);
    return pattern === undefined ? undefined : `is blocked by ${cut(pattern)}`;
  };
  return {
    limit: patterns.slice(0, MAX_LIMIT),
    advice: `Use another ${kind}, or ask for an exemption.`,
    judge: (facts) => judge(facts, { rule: `blocked_${kind}s`, kind, size, wrong }),
  };
}

/** The pattern that fits. One with a slash is about provider and model together. */
function compile(kind: Kind, patterns: readonly string[]): (names: ModelNames) => string | undefined {
  const isQualified = (pattern: string) => kind === 'model' && pattern.includes('/');
  const plain = namePatterns(patterns.filter((pattern) => !isQualified(pattern)));
  const qualified = namePatterns(patterns.filter(isQualified));
  return (names) =>
    plain.find(names[kind]!) ??
    (kind === 'model' ? names.qualified.map(qualified.find).find((pattern) => pattern !== undefined) : undefined);
}

interface NamesRule {
  rule: string;
  kind: Kind;
  /** Of its patterns. */
  size: Size;
  /** In words what is wrong with a name; undefined when nothing is. */
  wrong: (names: ModelNames) => string | undefined;
}

/** Each spelling is looked at once, however many receipts have it. */
function judge(facts: Facts, { rule, kind, size, wrong }: NamesRule): Outcome {
  const { known, knownSize, unknown } = facts.once(NAMES[kind]);
  if (!facts.budget.takeMatches(size, knownSize)) return { findings: [], gaps: [TOO_MUCH] };
  const faults = new Map<ModelNames, string>();
  for (const names of known) {
    const fault = wrong(names);
    if (fault !== undefined) faults.set(names, fault);
  }
  const findings: Finding[] = [];
  for (const judged of faults.size > 0 ? facts.once(receiptsInOrder) : []) {
    const fault = faults.get(judged.names);
    if (fault === undefined) continue;
    findings.push({
      tell: () => tell(judged, rule, kind, fault),
      places: () => receiptPlaces([judged.receipt]),
    });
  }
  const all = facts.change.receipts.length;
  return { findings, gaps: unknown > 0 ? [`no ${kind} is named by ${unknown} of ${counted(all, 'receipt')}`] : [] };
}

const NAMES = {
  model: (facts: Facts) => namesIn(facts, 'model'),
  provider: (facts: Facts) => namesIn(facts, 'provider'),
};

/** The spellings that tell their model or provider, and how many receipts do not. */
function namesIn(facts: Facts, kind: Kind) {
  const groups = [...groupBy(facts.once(receiptsInOrder), ({ names }) => names)];
  const known = groups.map(([names]) => names).filter((names) => names[kind] !== null);
  const nameless = groups.filter(([names]) => names[kind] === null);
  return {
    known,
    knownSize: sizeOf(known.flatMap((names) => [names[kind]!, ...names.qualified])),
    unknown: nameless.reduce((sum, [, receipts]) => sum + receipts.length, 0),
  };
}

function tell({ receipt, names }: JudgedReceipt, rule: string, kind: Kind, fault: string): Telling {
  const position = receiptPosition(receipt);
  const where = `receipt ${receipt.id}${place(position.path, position.commit)}`;
  return { ...position, value: names[kind], message: `${rule}: ${kind} ${cut(names[kind]!)} ${fault} (${where})` };
}
