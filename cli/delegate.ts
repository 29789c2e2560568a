import { spawnSync } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';
import { Exit } from './errors.js';

const OURS = new Set(['enterprise', 'help', '--help', '-h', '--version', '-v']);

/** Set for the program we hand over to, so that two installations of ours do not call each other for ever. */
const GUARD = 'BLAMEPROMPT_DELEGATED';

/** Whether we have that command. `blameprompt show` and the like belong to the recorder of the same name. */
export function isOurs(args: string[]): boolean {
  return args[0] === undefined || OURS.has(args[0]) || args[0].startsWith('enterprise:');
}

/** Hands a command to the next `blameprompt` on PATH and answers its exit code. `self` is the path we were started by. */
export function delegate(args: string[], env: NodeJS.ProcessEnv, self: string): number {
  const next = env[GUARD] ? undefined : findNext(env.PATH ?? '', self);
  if (!next) {
    process.stderr.write(
      `blameprompt: "${args[0]}" is not a command of BlamePrompt Enterprise, and no other blameprompt is on PATH to take it. See: blameprompt enterprise --help\n`,
    );
    return Exit.usage;
  }
  const { status, signal, error } = spawnSync(next, args, { stdio: 'inherit', env: { ...env, [GUARD]: '1' } });
  if (error) {
    process.stderr.write(`blameprompt: cannot run ${next}: ${error.message}\n`);
    return Exit.failed;
  }
  return status ?? 128 + (signal ? os.signals[signal] : 0);
}

function findNext(path: string, self: string): string | undefined {
  const own = realPath(self);
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'blameprompt'))
    .find((file) => isExecutable(file) && realPath(file) !== own);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not for us: the next folder may have one
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file; // a path that does not exist is compared as it is written
  }
}
