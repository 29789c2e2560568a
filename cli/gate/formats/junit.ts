import { groupBy } from '../../../shared/group-by.js';
import { printable } from '../../terminal.js';
import type { GateResult, LocatedViolation } from '../result.js';

/**
 * JUnit XML, in the part that Jenkins, GitLab, Azure and others agree on: a test case for the gate itself, one for each policy
 * that was violated (failed if it blocks, else with the warnings as its output), one for each that was not evaluated.
 */
export function toJUnit(result: GateResult): string {
  const cases = [
    gateCase(result),
    ...[...groupBy(result.violations, ({ policy }) => policy)].map(([policy, found]) => policyCase(policy, found)),
    ...[...groupBy(result.not_evaluated, ({ policy }) => policy)]
      .filter(([policy]) => !result.violations.some((violation) => violation.policy === policy))
      .map(([policy, gaps]) => testCase(policy, element('skipped', { message: gaps[0]!.reason }))),
  ];
  const count = (tag: string) => cases.filter((text) => text.includes(`<${tag} `)).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error') };
  const suite = { name: 'BlamePrompt gate', ...counts, skipped: count('skipped'), time: result.duration_ms / 1000 };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', {}, element('testsuite', suite, `\n${cases.join('\n')}\n`))}\n`;
}

function gateCase({ verdict, error, notices }: GateResult): string {
  if (error) return testCase('gate', element('error', { message: error.message, type: error.code }));
  if (verdict === 'error')
    return testCase('gate', element('error', { message: notices.join(' '), type: 'incomplete' }));
  return testCase('gate', notices.length === 0 ? '' : element('system-out', {}, escapeXml(lines(notices))));
}

function policyCase(policy: string, violations: LocatedViolation[]): string {
  const [first] = violations;
  const text = lines(violations.map(({ message, advice }) => `${message}. ${advice}`));
  if (first!.action === 'warn') return testCase(policy, element('system-out', {}, escapeXml(text)));
  return testCase(policy, element('failure', { message: first!.message, type: first!.rule }, escapeXml(text)));
}

const testCase = (name: string, content: string) =>
  element('testcase', { name, classname: 'blameprompt.gate' }, content);

const lines = (texts: string[]) => texts.map((text) => printable(text)).join('\n');

function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(printable(String(value)))}"`);
  return content === '' ? `<${name}${given.join('')} />` : `<${name}${given.join('')}>${content}</${name}>`;
}

/** XML 1.0 has no way to write most control characters, U+FFFE, U+FFFF and lone surrogates. For `#` see text.ts. */
const escapeXml = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"'#]/g, (sign) => `&#${sign.charCodeAt(0)};`);
