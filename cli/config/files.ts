import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../errors.js';
import type { ConfigFile } from './schema.js';

const MAX_BYTES = 1_000_000;

/** The folder of the user's own files: `$XDG_CONFIG_HOME/blameprompt`, else `~/.config/blameprompt`. */
export function userFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'blameprompt');
}

export const userFile = (env: NodeJS.ProcessEnv) => join(userFolder(env), 'config.toml');
export const projectFile = (root: string) => join(root, '.blameprompt', 'config.toml');

/** A configuration file, empty when there is none. A file that cannot be understood is an error, not a default. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return {};
    throw invalid(path, (cause as Error).message, cause);
  }
  return parseConfig(text, path);
}

/** The text of a configuration file; `path` is where it was found, for messages. */
export async function parseConfig(text: string, path: string): Promise<ConfigFile> {
  if (text.length > MAX_BYTES) throw invalid(path, 'it is larger than 1 MB');
  const [{ parse }, { checkConfig }] = await Promise.all([import('smol-toml'), import('./schema.js')]);
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw invalid(path, (cause as Error).message.split('\n')[0]!, cause);
  }
  const { value: file, faults } = checkConfig(value);
  if (faults) throw invalid(path, `${faults[0]!.pointer.slice(1).replaceAll('/', '.')} ${faults[0]!.message}`);
  return file;
}

function invalid(path: string, reason: string, cause?: unknown): CliError {
  return new CliError(
    'invalid_config',
    `Cannot use the configuration file ${path}: ${reason}. Correct it or remove it.`,
    { cause },
  );
}
