import { spawn } from 'node:child_process';
import type { SystemUser } from './system-user.js';

/**
 * The whole environment of PostgreSQL's programs. Ours may hold keys that the account PostgreSQL runs under must not
 * see, and PG* variables that would change what it does. C: messages are English and can be recognised. UTC: the
 * cluster does not depend on where it was made.
 */
export const CLEAN_ENV = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

/** Who a program runs as and where. The default folder is one that every user can enter. */
export const spawnAs = (user: SystemUser | undefined, cwd = '/') => ({
  cwd,
  env: CLEAN_ENV,
  ...(user && { uid: user.uid, gid: user.gid }),
});

/** Runs a program to its end. Never throws: `ok` says whether it left with 0, `output` is all it printed. */
export function run(
  file: string,
  args: string[],
  user?: SystemUser,
  cwd?: string,
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    const child = spawn(file, args, { ...spawnAs(user, cwd), stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code, signal) =>
      resolve({ ok: code === 0, output: signal ? `${output}(ended by ${signal})` : output.trim() }),
    );
  });
}
