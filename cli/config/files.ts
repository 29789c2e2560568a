import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import Type, { type Static } from 'typebox';
import { compileBody } from '../../shared/validate.js';
import { CliError } from '../errors.js';
import { described } from '../sources/index.js';

/** What the configuration files may say. Other sections belong to the recorder that shares the file with us. */
const FileSchema = Type.Object({
  enterprise: Type.Optional(
    Type.Object({
      enabled: Type.Optional(Type.Boolean()),
      api_url: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
      api_key_env: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      sync_on_commit: Type.Optional(Type.Boolean()),
      enforce_policies: Type.Optional(Type.Boolean()),
      team: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      repo: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
      default_branch: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ignore: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 200 })),
      trusted_servers: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { maxItems: 100 })),
    }),
  ),
  sources: Type.Optional(
    Type.Object({
      only: Type.Optional(Type.Array(Type.Enum(described.map(({ name }) => name)), { minItems: 1, maxItems: 100 })),
      trailers: Type.Optional(Type.Boolean()),
    }),
  ),
  privacy: Type.Optional(Type.Object({ prompts: Type.Optional(Type.Enum(['summary', 'hash', 'none'])) })),
});
export type ConfigFile = Static<typeof FileSchema>;

const check = compileBody(FileSchema);
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
  if (text.length > MAX_BYTES) throw invalid(path, 'it is larger than 1 MB');
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw invalid(path, (cause as Error).message.split('\n')[0]!, cause);
  }
  const { value: file, faults } = check(value);
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
