import type { EvaluatedCommit, EvaluatedReceipt, Policy } from '../../api/policies.js';
import { PolicyError } from '../errors.js';
import { compileExpression, type Expression, summaryOf } from '../expression.js';
import type { CommitView, ReceiptView } from '../expression-views.js';
import type { Facts } from '../facts.js';
import { type CompiledRule, commitPlaces, type Finding, type Outcome, receiptPlaces, TOO_MUCH } from '../finding.js';
import { counted, cut, shortOid } from '../words.js';

/** `when`: a CEL expression; true is a violation. Asked of each receipt, each commit or once, as it names them. */
export function expressionRule(text: string, policy: Policy): CompiledRule {
  let expression: Expression;
  try {
    expression = compileExpression(text);
  } catch (cause) {
    throw new PolicyError(policy.name, [{ pointer: '/rule/when', message: summaryOf(cause) }], { cause });
  }
  return {
    limit: text,
    advice: policy.description ? cut(policy.description, 500) : 'See what the policy says, or ask for an exemption.',
    judge: (facts) => judge(expression, text, facts),
  };
}

interface Item {
  variables: { receipt?: ReceiptView; commit?: CommitView };
  finding: () => Omit<Finding, 'message' | 'value'>;
  where: string;
}

function judge(expression: Expression, text: string, facts: Facts): Outcome {
  const items = ITEMS[expression.subject](facts);
  if (!facts.budget.take(costOf(expression, facts))) return { findings: [], gaps: [TOO_MUCH] };
  const findings: Finding[] = [];
  const { repo, teams } = facts.change;
  let failed = 0;
  let reason = '';
  for (const { variables, finding, where } of items) {
    let answer: unknown;
    try {
      answer = expression.run({ repo, teams, ...variables });
    } catch (error) {
      answer = undefined;
      reason ||= summaryOf(error);
    }
    if (answer === true) {
      findings.push({ ...finding(), value: true, message: () => `when: ${cut(text, 200)} is true of ${where}` });
    } else if (answer !== false) {
      failed++;
      reason ||= 'the answer is neither true nor false';
    }
  }
  const noun = expression.subject;
  return {
    findings,
    gaps: failed > 0 ? [`${failed} of ${counted(items.length, noun)} cannot be judged: ${reason}`] : [],
  };
}

const ITEMS: Record<Expression['subject'], (facts: Facts) => Item[]> = {
  receipt: (facts) =>
    facts.receipts.map(({ receipt }, n) => ({
      variables: { receipt: facts.receiptViews[n]! },
      finding: () => receiptFinding(receipt),
      where: `receipt ${receipt.id}`,
    })),
  commit: (facts) =>
    facts.change.commits.map((commit, n) => ({
      variables: { commit: facts.commitViews[n]! },
      finding: () => ({ commit: commit.commit, places: () => commitPlaces([commit]) }),
      where: `commit ${shortOid(commit.commit)}`,
    })),
  change: (facts) => [
    {
      variables: {},
      finding: () => ({
        places: () => receiptPlaces(facts.change.receipts),
      }),
      where: cut(facts.change.repo),
    },
  ],
};

function receiptFinding(receipt: EvaluatedReceipt) {
  const first = receipt.attributions?.[0];
  return {
    receipt_id: receipt.id,
    commit: first?.commit ?? null,
    path: first?.path ?? null,
    lines: first?.lines ?? null,
    places: () => receiptPlaces([receipt]),
  };
}

/** Nodes for each item, and for each element of its lists where the expression goes through them. */
function costOf({ subject, nodes, loops }: Expression, facts: Facts): number {
  if (subject === 'change') return nodes * (1 + facts.change.teams.length);
  const elements = (item: EvaluatedReceipt | EvaluatedCommit) =>
    'id' in item ? (item.attributions?.length ?? 0) : (item.files?.length ?? 0);
  const items = subject === 'receipt' ? facts.change.receipts : facts.change.commits;
  let steps = 0;
  for (const item of items) steps += 1 + (loops ? elements(item) : 0);
  return nodes * steps;
}
