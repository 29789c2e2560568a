import { printable } from '../../terminal.js';
import type { GateResult } from '../result.js';
import { fingerprints } from './fingerprint.js';
import { toJson } from './json.js';

/** Where a violation is shown that no file can be named for: GitLab wants a place for each. */
const NOWHERE = '.blameprompt/config.toml';

/** GitLab's Code Quality report, which merge requests show beside the lines. */
export function toGitLab({ violations }: GateResult): string {
  const names = fingerprints(violations);
  const issues = violations.map(({ policy, rule, action, message, advice, location }, n) => ({
    description: printable(`${policy}: ${message}. ${advice}`.toWellFormed()),
    check_name: rule,
    fingerprint: names[n],
    severity: action === 'block' ? 'blocker' : 'minor',
    location: { path: (location?.path ?? NOWHERE).toWellFormed(), lines: { begin: location?.line ?? 1 } },
  }));
  return toJson(issues);
}
