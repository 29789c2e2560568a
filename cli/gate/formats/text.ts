import { formatCount, formatPercentage, printable } from '../../terminal.js';
import { formatCost } from '../format-cost.js';
import type { GateResult, LocatedViolation } from '../result.js';

/** For people at a terminal and in the log of a job. */
export function toText(result: GateResult): string {
  const { verdict, violations, exempted, not_evaluated, notices, error } = result;
  const lines = [
    ...(error ? [] : facts(result)),
    ...violations.flatMap(describe),
    ...exempted.map(
      ({ violation, exemption }) =>
        `exempted  ${violation.policy}: ${violation.message} (${exemption.reason}, ${exemption.approver})`,
    ),
    ...not_evaluated.map(({ policy, rule, reason }) => `not evaluated  ${policy} (${rule}): ${reason}`),
    ...notices.map((notice) => `note  ${notice}`),
    ...(error ? [`error  ${error.message}`] : []),
    `Verdict: ${VERDICTS[verdict]}`,
  ];
  return lines.map((line) => `${defuse(printable(line))}\n`).join('');
}

const VERDICTS = { pass: 'pass', warn: 'pass, with warnings', block: 'blocked', error: 'could not be evaluated' };

function facts(result: GateResult): string[] {
  const { repo, base, head, commits, merges, commits_with_receipts, coverage_percentage, lines } = result;
  const range = `${base?.slice(0, 12)}..${head?.slice(0, 12)}`;
  const merged = merges > 0 ? ` and ${formatCount(merges)} merges` : '';
  return [
    `${repo} ${range}: ${formatCount(commits - merges)} commits${merged}, ${formatCount(commits_with_receipts)} with receipts (${formatPercentage(coverage_percentage)})`,
    `${formatCount(lines.added)} lines added: AI ${formatCount(lines.ai)} (${formatPercentage(result.ai_code_percentage)}), people ${formatCount(lines.human)}, unknown ${formatCount(lines.unknown)}; cost ${formatCost(result.cost)}`,
    `Judged by ${result.policies}`,
  ];
}

function describe({ policy, action, message, advice, location }: LocatedViolation): string[] {
  const where = location === null ? '' : `  ${location.path}${location.line === null ? '' : `:${location.line}`}`;
  return [`${action}  ${policy}${where}`, `    ${message}`, `    ${advice}`];
}

/** `##[…]` and `##vso[…]` are commands to the runners of GitHub and Azure wherever they stand in a line, `::…` at its beginning. */
const defuse = (line: string) => line.replace(/##(?=\w*\[)/g, '# #').replace(/^\s*::/, '. ::');
