import type { Bundle } from '../../../shared/policy/bundle.js';
import type { OfflineVerdict } from '../../policy/judge-offline.js';
import { logLine } from './log.js';
import { isNews, isWell } from './say-once.js';

/** What a check exits with to stop git. Any other code than 0 says that it could not look (hooks/parts/run-check.sh). */
const STOP = 10;

/**
 * Says what was found, and answers the exit code. `state`: the folder `blameprompt` of the git directory. The configuration is
 * read only where it matters: most changes break nothing.
 */
export async function enforce(
  { violations, fault }: Pick<OfflineVerdict, 'violations' | 'fault'>,
  { policies }: Bundle,
  what: 'commit' | 'push',
  state: string,
): Promise<number> {
  if (fault)
    await sayOnce(state, fault.code, `not everything was checked: ${fault.text}. See: blameprompt enterprise check`);
  else await isWell(state, 'expired', 'unreadable', 'policy');
  if (violations.length === 0) return 0;
  const configuration = await readSwitch();
  if (configuration === 'off') {
    await logLine(state, `this ${what} breaks ${violations.length} policies; the configuration switches checks off`);
    return 0;
  }
  const { formatViolations } = await import('./print-verdict.js');
  // Where nobody can tell whether checks are switched off, only policies that fail closed stop anything.
  const closed = new Set(policies.filter(({ on_error }) => on_error === 'closed').map(({ name }) => name));
  const told = violations.map((violation) =>
    configuration === 'broken' && !closed.has(violation.policy) ? { ...violation, action: 'warn' as const } : violation,
  );
  process.stdout.write(`${formatViolations(told, what)}\n`);
  if (configuration === 'broken') {
    await sayOnce(
      state,
      'config',
      'the configuration cannot be read, so policies only warn. See: blameprompt enterprise doctor',
    );
  }
  return told.some(({ action }) => action === 'block') ? STOP : 0;
}

/** One line, once a day; again when it went well in between. */
export async function sayOnce(state: string, code: string, text: string): Promise<void> {
  if (!(await isNews(state, code))) return;
  const { printable } = await import('../../terminal.js');
  process.stdout.write(`blameprompt: ${printable(text)}\n`);
}

/** Policies that cannot be used stop nobody: which of them fail closed is not known, either. */
export async function sayBundleFault(state: string, reason: string): Promise<number> {
  const advice = 'To fetch them again: blameprompt enterprise check';
  await sayOnce(state, 'bundle', `not checked, the policies in this clone cannot be used: ${reason}. ${advice}`);
  return 0;
}

async function readSwitch(): Promise<'on' | 'off' | 'broken'> {
  const { loadSettings } = await import('../../config/settings.js');
  try {
    const { enabled, enforcePolicies } = await loadSettings(process.cwd(), {}, process.env);
    return enabled && enforcePolicies ? 'on' : 'off';
  } catch {
    return 'broken'; // said by the caller
  }
}
