import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { withoutGitVariables } from '../../git/environment.js';
import type { Repository } from '../../git/repository.js';

/** A first sync of a large repository takes minutes; one that takes longer is done by hand. */
const LIMIT_MS = 8 * 60_000;
const MAX_OUTPUT = 1024 * 1024;
const PROGRAM = fileURLToPath(new URL('../../bin.js', import.meta.url));

export type SyncOutcome = { ok: true; sent: number; text: string } | { ok: false; code: string; text: string };

/** `blameprompt enterprise sync` as a process of its own, which ends whatever the server does. */
export async function runSync(repository: Repository): Promise<SyncOutcome> {
  const root = repository.root ?? repository.gitDir;
  const child = spawn(process.execPath, [PROGRAM, 'enterprise', 'sync', '-C', root, '--json'], {
    cwd: root,
    env: withoutGitVariables(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < MAX_OUTPUT) output += text;
  });
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, by) => resolve(by));
  });
  if (signal !== null) return { ok: false, code: 'timeout', text: `the sync was ended (${signal})` };
  return describe(output);
}

function describe(output: string): SyncOutcome {
  try {
    const { error, receipts, commits } = JSON.parse(output);
    if (error) return { ok: false, code: String(error.code), text: String(error.message) };
    const text = `${receipts.sent} receipts and ${commits.sent} commits sent, ${receipts.inserted} new, ${receipts.rejected} refused`;
    return { ok: true, sent: receipts.sent, text };
  } catch (cause) {
    return { ok: false, code: 'unreadable', text: `the sync's answer cannot be read: ${(cause as Error).message}` };
  }
}
