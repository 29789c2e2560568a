import { formatCount, formatPercentage, printable } from '../../terminal.js';
import { formatCost } from '../format-cost.js';
import type { GateResult, LocatedViolation } from '../result.js';

/** A comment on GitHub holds 65,536 characters. Signs take up to seven, once they are escaped. */
const MAX_LIST = 16_000;
const MAX_TEXT = 400;
const MAX_NAME = 60;

/** How a bot finds the comment that it wrote before. */
const MARKER = '<!-- blameprompt-gate -->';

/** The summary of a pull request, ready to be posted as a comment. */
export function toMarkdown(result: GateResult): string {
  const { verdict, violations, exempted, not_evaluated, notices, error } = result;
  const parts = [
    MARKER,
    `### ${HEADINGS[verdict]}`,
    ...(error ? [inline(error.message)] : [facts(result)]),
    ...notices.map((notice) => `> ${inline(notice)}`),
    ...list('Violations', violations.map(describe)),
    ...details(
      'Exempted',
      exempted.map(
        ({ violation, exemption }) =>
          `${code(violation.policy)} ${inline(violation.message)}: ${inline(exemption.reason)} (${code(exemption.approver)}, until ${inline(exemption.expires_at.slice(0, 10))})`,
      ),
    ),
    ...details(
      'Not evaluated',
      not_evaluated.map(({ policy, reason }) => `${code(policy)} ${inline(reason)}`),
    ),
    ...(result.policies === null ? [] : [`<sub>Judged by ${inline(result.policies)}</sub>`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const HEADINGS = {
  pass: '✅ BlamePrompt gate: passed',
  warn: '⚠️ BlamePrompt gate: passed with warnings',
  block: '❌ BlamePrompt gate: blocked',
  error: '❔ BlamePrompt gate: could not be evaluated',
};

function facts(result: GateResult): string {
  const { lines, commits, merges, commits_with_receipts, commits_with_ai_trailers, diff, by_tool, by_model } = result;
  const written = commits - merges;
  const silent = commits_with_ai_trailers > 0 ? `; ${commits_with_ai_trailers} more name an AI in the message` : '';
  const names = (entries: [string | null, number][]) =>
    entries
      .slice(0, 8)
      .map(([name, count]) => `${name === null ? 'unknown' : code(name, MAX_NAME)} (${formatCount(count)})`)
      .join(', ');
  const rows: [string, string][] = [
    [
      'AI share',
      `${formatPercentage(result.ai_code_percentage)}: ${formatCount(lines.ai)} of ${formatCount(lines.added)} added lines; people ${formatCount(lines.human)}, unknown ${formatCount(lines.unknown)}`,
    ],
    ['Coverage', `${formatCount(commits_with_receipts)} of ${formatCount(written)} commits have receipts${silent}`],
    ['Cost', formatCost(result.cost)],
    ...(by_tool.length > 0
      ? [['Tools (AI lines)', names(by_tool.map(({ tool, lines }) => [tool, lines]))] as [string, string]]
      : []),
    ...(by_model.length > 0
      ? [['Models (AI lines)', names(by_model.map(({ model, lines }) => [model, lines]))] as [string, string]]
      : []),
    ...(diff
      ? [
          [
            'Whole change',
            `${formatCount(diff.files)} files, +${formatCount(diff.added)} −${formatCount(diff.deleted)}`,
          ] as [string, string],
        ]
      : []),
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function describe({ policy, action, message, advice, location }: LocatedViolation): string {
  const at = location?.line ? `:${location.line}` : '';
  const where = location === null ? '' : ` (${code(location.path + at)})`;
  return `${action === 'block' ? '❌' : '⚠️'} ${code(policy)} ${inline(message)}${where}. ${inline(advice)}`;
}

const list = (title: string, items: string[]) =>
  items.length === 0 ? [] : [`#### ${title}: ${items.length}`, bullets(items)];

const details = (title: string, items: string[]) =>
  items.length === 0
    ? []
    : [`<details><summary>${title}: ${items.length}</summary>\n\n${bullets(items)}\n\n</details>`];

/** As many items as fit. */
function bullets(items: string[]): string {
  let left = MAX_LIST;
  const shown = items.filter((item) => {
    left -= item.length;
    return left >= 0;
  });
  const more = items.length - shown.length;
  return [...shown.map((item) => `- ${item}`), ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n');
}

/**
 * Text out of notes, file names and policies as text and nothing else. Character references cannot make structure in
 * Markdown (CommonMark 2.5), so every sign that could is written as one. Mentions and references to issues are found in
 * what is rendered, so a zero-width space stands after `@` and `#`.
 */
export const inline = (text: string, max = MAX_TEXT): string =>
  shorten(text, max)
    .replace(
      /[&<>\\`*_[\]~|!:$@#]/g,
      (sign) => `&#${sign.charCodeAt(0)};${sign === '@' || sign === '#' ? '\u200b' : ''}`,
    )
    .replace(/www\./gi, '$&\u200b');

/** A name as code, in which nothing is looked for. */
const code = (text: string, max = MAX_TEXT): string => `<code>${inline(text, max)}</code>`;

function shorten(text: string, max: number): string {
  const clean = printable(text.slice(0, 4 * max).toWellFormed());
  return clean.length <= max ? clean : `${clean.slice(0, max).toWellFormed()}…`;
}
