import type { Policy } from '../../api/policies.js';
import { PolicyError } from '../errors.js';
import { compileExpression, type Expression, summaryOf, type Variables } from '../expression.js';
import { CommitView, ReceiptView } from '../expression-views.js';
import type { Facts } from '../facts.js';
import {
  type CompiledRule,
  changePlaces,
  commitPlaces,
  type Finding,
  type Outcome,
  type Places,
  receiptPlaces,
  receiptPosition,
  type Telling,
  TOO_MUCH,
} from '../finding.js';
import { receiptsInOrder } from '../receipts.js';
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

function judge(expression: Expression, text: string, facts: Facts): Outcome {
  const items = facts.once(ITEMS[expression.subject]);
  if (!facts.budget.take(costOf(expression, items))) return { findings: [], gaps: [TOO_MUCH] };
  const findings: Finding[] = [];
  let failed = 0;
  let reason = '';
  for (const { variables, what, position, places } of items) {
    const answer = expression.ask(variables);
    if (answer === true) {
      const message = `when: ${cut(text, 200)} is true of ${what}`;
      findings.push({ tell: () => ({ ...position(), value: true, message }), places });
    } else if (answer !== false) {
      failed++;
      reason ||= answer;
    }
  }
  const all = counted(items.length, expression.subject);
  return { findings, gaps: failed > 0 ? [`${failed} of ${all} cannot be judged: ${reason}`] : [] };
}

/** What an expression is asked of. */
interface Item {
  variables: Variables;
  /** Elements of its lists. */
  size: number;
  what: string;
  position: () => Partial<Telling>;
  places: () => Places;
}

const ITEMS: Record<Expression['subject'], (facts: Facts) => Item[]> = {
  receipt: (facts) => {
    const { repo, teams } = facts.change;
    return facts.once(receiptsInOrder).map((judged) => ({
      variables: { receipt: new ReceiptView(judged), repo, teams },
      size: judged.receipt.attributions?.length ?? 0,
      what: `receipt ${judged.receipt.id}`,
      position: () => receiptPosition(judged.receipt),
      places: () => receiptPlaces([judged.receipt]),
    }));
  },
  commit: ({ change: { commits, repo, teams } }) =>
    commits.map((commit) => ({
      variables: { commit: new CommitView(commit), repo, teams },
      size: commit.files?.length ?? 0,
      what: `commit ${shortOid(commit.commit)}`,
      position: () => ({ commit: commit.commit }),
      places: () => commitPlaces([commit]),
    })),
  change: ({ change }) => [
    {
      variables: { repo: change.repo, teams: change.teams },
      size: change.teams.length,
      what: cut(change.repo),
      position: () => ({}),
      places: () => changePlaces(change),
    },
  ],
};

/** Steps of one node: the dearest makes an error that || swallows. */
const STEPS_A_NODE = 2;

/** Each node for each item, and for each element of its lists where the expression goes through them. */
const costOf = ({ nodes, loops }: Expression, items: readonly Item[]): number =>
  STEPS_A_NODE * nodes * items.reduce((sum, { size }) => sum + 1 + (loops ? size : 0), 0);
