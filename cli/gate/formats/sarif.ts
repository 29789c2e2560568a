import type { Violation } from '../../../shared/api/policies.js';
import { printable } from '../../terminal.js';
import type { GateResult, LocatedViolation } from '../result.js';
import { fingerprints } from './fingerprint.js';
import { toJson } from './json.js';

/** GitHub shows no more of one run. */
const MAX_RESULTS = 5000;

/** SARIF 2.1.0, as code scanning of GitHub and others take it. Policies are its rules. */
export function toSarif(result: GateResult, version: string): string {
  const { violations, exempted, verdict } = result;
  const all = [...violations, ...exempted.map(({ violation }) => ({ ...violation, location: null }))];
  const shown = all.slice(0, MAX_RESULTS);
  const rules = [...new Map(shown.map((violation) => [violation.policy, violation])).values()];
  const names = fingerprints(all);
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'BlamePrompt Enterprise', semanticVersion: version, rules: rules.map(toRule) } },
        automationDetails: { id: 'blameprompt-gate/' },
        invocations: [
          { executionSuccessful: verdict !== 'error', toolExecutionNotifications: notifications(result, all.length) },
        ],
        columnKind: 'utf16CodeUnits',
        results: shown.map((violation, n) => ({
          ...toResult(violation, names[n]!),
          ruleIndex: rules.findIndex(({ policy }) => policy === violation.policy),
          suppressions: n < violations.length ? [] : [suppression(exempted[n - violations.length]!.exemption.reason)],
        })),
      },
    ],
  };
  return toJson(log);
}

const toRule = ({ policy, rule, action, advice }: Violation) => ({
  id: text(policy),
  name: rule,
  shortDescription: { text: text(`${policy} (${rule})`) },
  help: { text: text(advice) },
  defaultConfiguration: { level: levelOf(action) },
});

function toResult({ policy, action, message, advice, location, ...where }: LocatedViolation, fingerprint: string) {
  return {
    ruleId: text(policy),
    level: levelOf(action),
    message: { text: messageText(`${message}. ${advice}`) },
    locations: location === null ? [] : [{ physicalLocation: physicalLocation(location) }],
    // The name GitHub tells alerts apart by, and one of our own for everybody else.
    partialFingerprints: { primaryLocationLineHash: fingerprint, 'blamepromptViolation/v1': fingerprint },
    properties: { commit: where.commit, receipt: where.receipt_id, limit: where.limit, value: where.value },
  };
}

function physicalLocation({ path, line, end_line }: NonNullable<LocatedViolation['location']>) {
  const artifactLocation = { uri: encodePath(path), uriBaseId: '%SRCROOT%' };
  return line === null
    ? { artifactLocation }
    : { artifactLocation, region: { startLine: line, endLine: end_line ?? line } };
}

/** A path as a relative URI: everything but letters, digits and `-_.~/` in percent notation. */
export const encodePath = (path: string): string =>
  path
    .toWellFormed()
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`))
    .join('/');

const levelOf = (action: Violation['action']) => (action === 'block' ? 'error' : 'warning');

const suppression = (reason: string) => ({ kind: 'external', status: 'accepted', justification: text(reason) });

const text = (value: string) => printable(value.toWellFormed());

/** In a message `[text](target)` is a link and `{0}` a placeholder (SARIF 2.1.0, 3.11): text out of notes must be neither. */
const messageText = (value: string) =>
  text(value)
    .replace(/[[\]\\]/g, '\\$&')
    .replace(/[{}]/g, '$&$&');

function notifications({ not_evaluated, notices, error }: GateResult, count: number) {
  const note = (level: string, said: string) => ({ level, message: { text: messageText(said) } });
  return [
    ...(error ? [note('error', error.message)] : []),
    ...notices.map((notice) => note('warning', notice)),
    ...not_evaluated.map(({ policy, rule, reason }) =>
      note('note', `${policy} (${rule}) was not evaluated: ${reason}`),
    ),
    ...(count > MAX_RESULTS ? [note('warning', `${count - MAX_RESULTS} more violations are not listed.`)] : []),
  ];
}
