import { sizeOf } from '../budget.js';
import type { Facts, JudgedReceipt, ModelNames } from '../facts.js';
import { type CompiledRule, type Finding, type Outcome, receiptPlaces, TOO_MUCH } from '../finding.js';
import { namePatterns } from '../patterns.js';
import { counted, cut, listed, place } from '../words.js';

type Kind = 'model' | 'provider';

/** `allowed_models` and `allowed_providers`: any other name is a violation. */
export function allowedRule(kind: Kind, allowed: readonly string[]): CompiledRule {
  const match = matcher(kind, allowed);
  return {
    limit: allowed,
    advice: `Use an allowed ${kind}, or ask for this one to be allowed.`,
    judge: (facts) =>
      judgeNames(facts, kind, match, (name, found) =>
        found === undefined ? `${cut(name)} is not one of ${listed(allowed)}` : undefined,
      ),
  };
}

/** `blocked_models` and `blocked_providers`. */
export function blockedRule(kind: Kind, blocked: readonly string[]): CompiledRule {
  const match = matcher(kind, blocked);
  return {
    limit: blocked,
    advice: `Use another ${kind}, or ask for an exemption.`,
    judge: (facts) =>
      judgeNames(facts, kind, match, (name, found) =>
        found === undefined ? undefined : `${cut(name)} is blocked by ${cut(found)}`,
      ),
  };
}

interface Matcher {
  size: { count: number; characters: number };
  find: (names: ModelNames) => string | undefined;
}

/** A pattern with a slash is about provider and model together. */
function matcher(kind: Kind, texts: readonly string[]): Matcher {
  const isQualified = (text: string) => kind === 'model' && text.includes('/');
  const plain = namePatterns(texts.filter((text) => !isQualified(text)));
  const qualified = namePatterns(texts.filter(isQualified));
  return {
    size: sizeOf(texts),
    find: (names) => {
      const found = plain.find(names[kind]!);
      return (
        found ?? (kind === 'model' ? names.qualified.map(qualified.find).find((text) => text !== undefined) : undefined)
      );
    },
  };
}

type Describe = (name: string, found: string | undefined) => string | undefined;

/** Each spelling is looked at once, however many receipts have it. */
function judgeNames(facts: Facts, kind: Kind, match: Matcher, describe: Describe): Outcome {
  const known = [...facts.receiptsByNames.keys()].filter((names) => names[kind] !== null);
  const texts = known.flatMap((names) => [names[kind]!, ...names.qualified]);
  if (!facts.budget.takeMatches(match.size, sizeOf(texts))) return { findings: [], gaps: [TOO_MUCH] };
  const wrong = new Map<ModelNames, string>();
  for (const names of known) {
    const text = describe(names[kind]!, match.find(names));
    if (text !== undefined) wrong.set(names, text);
  }
  const findings =
    wrong.size === 0
      ? []
      : facts.receipts
          .filter(({ names }) => wrong.has(names))
          .map((judged) => find(judged, kind, wrong.get(judged.names)!));
  const unknown = known.length === facts.receiptsByNames.size ? 0 : countUnknown(facts, kind);
  const gaps = unknown > 0 ? [`${counted(unknown, 'receipt')} of ${facts.receipts.length} name no ${kind}`] : [];
  return { findings, gaps };
}

const countUnknown = (facts: Facts, kind: Kind) => facts.receipts.filter(({ names }) => names[kind] === null).length;

function find({ receipt, names }: JudgedReceipt, kind: Kind, text: string): Finding {
  const first = receipt.attributions?.[0];
  return {
    value: names[kind],
    receipt_id: receipt.id,
    commit: first?.commit ?? null,
    path: first?.path ?? null,
    lines: first?.lines ?? null,
    message: () => `${kind} ${text}: receipt ${receipt.id}${place(first?.path, first?.commit)}`,
    places: () => receiptPlaces([receipt]),
  };
}
