import { groupBy } from '../../group-by.js';
import { sizeOf } from '../budget.js';
import type { Facts } from '../facts.js';
import { type CompiledRule, type Finding, type Outcome, receiptFinding, TOO_MUCH } from '../finding.js';
import { namePatterns } from '../patterns.js';
import { type JudgedReceipt, type ModelNames, receiptsInOrder } from '../receipts.js';
import { counted, cut, listed, MAX_LIMIT, place } from '../words.js';

type Kind = 'model' | 'provider';

/** `allowed_models` and `allowed_providers`: any other name is a violation. */
export function allowedRule(kind: Kind, patterns: readonly string[]): CompiledRule {
  const find = compile(kind, patterns);
  const wrong = (names: ModelNames) => (find(names) === undefined ? `is not one of ${listed(patterns)}` : undefined);
  return {
    limit: patterns.slice(0, MAX_LIMIT),
    advice: `Use an allowed ${kind}, or ask for this one to be allowed.`,
    judge: (facts) => judge(facts, { rule: `allowed_${kind}s`, kind, patterns, wrong }),
  };
}

/** `blocked_models` and `blocked_providers`. */
export function blockedRule(kind: Kind, patterns: readonly string[]): CompiledRule {
  const find = compile(kind, patterns);
  const wrong = (names: ModelNames) => {
    const pattern = find(names);
    return pattern === undefined ? undefined : `is blocked by ${cut(pattern)}`;
  };
  return {
    limit: patterns.slice(0, MAX_LIMIT),
    advice: `Use another ${kind}, or ask for an exemption.`,
    judge: (facts) => judge(facts, { rule: `blocked_${kind}s`, kind, patterns, wrong }),
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
  patterns: readonly string[];
  /** In words what is wrong with a name; undefined when nothing is. */
  wrong: (names: ModelNames) => string | undefined;
}

/** Each spelling is looked at once, however many receipts have it. */
function judge(facts: Facts, { rule, kind, patterns, wrong }: NamesRule): Outcome {
  const groups = facts.once(receiptsByNames);
  const known = [...groups.keys()].filter((names) => names[kind] !== null);
  const texts = known.flatMap((names) => [names[kind]!, ...names.qualified]);
  if (!facts.budget.takeMatches(sizeOf(patterns), sizeOf(texts))) return { findings: [], gaps: [TOO_MUCH] };
  const faults = new Map<ModelNames, string>();
  for (const names of known) {
    const fault = wrong(names);
    if (fault !== undefined) faults.set(names, fault);
  }
  const findings: Finding[] = [];
  for (const judged of faults.size > 0 ? facts.once(receiptsInOrder) : []) {
    const fault = faults.get(judged.names);
    if (fault !== undefined) findings.push(find(judged, rule, kind, fault));
  }
  let unknown = 0;
  for (const [names, receipts] of groups) if (names[kind] === null) unknown += receipts.length;
  const all = facts.change.receipts.length;
  return { findings, gaps: unknown > 0 ? [`${unknown} of ${counted(all, 'receipt')} name no ${kind}`] : [] };
}

const receiptsByNames = (facts: Facts) => groupBy(facts.once(receiptsInOrder), ({ names }) => names);

function find({ receipt, names }: JudgedReceipt, rule: string, kind: Kind, fault: string): Finding {
  const finding = receiptFinding(receipt);
  const where = place(finding.path, finding.commit);
  return {
    ...finding,
    value: names[kind],
    message: () => `${rule}: ${kind} ${cut(names[kind]!)} ${fault} (receipt ${receipt.id}${where})`,
  };
}
