import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import { PROMPT_MODES, strictest } from '../../shared/prompt-mode.js';
import { CliError } from '../errors.js';
import { readCredentials } from './credentials.js';
import { projectFile, readConfigFile, userFile } from './files.js';
import type { ConfigFile } from './schema.js';

/** Who named a value. What a cloned repository's file says is a stranger's word (see access.ts). */
export type Origin = 'flag' | 'environment' | 'project' | 'user' | 'login' | 'default';

export interface Named<T> {
  value: T;
  from: Origin;
}

export interface Settings {
  apiUrl: Named<URL> | undefined;
  apiKeyEnv: Named<string>;
  /** Servers that the user's own file names. */
  userServers: URL[];
  prompts: PromptMode;
  team: string | undefined;
  repo: string | undefined;
  defaultBranch: string | undefined;
  ignore: string[];
  /** Whether commit messages are read for trailers that name an AI. */
  trailers: boolean;
  /** The sources that are read; undefined: all. */
  only: string[] | undefined;
  enabled: boolean;
  /** Whether hooks sync in the background. */
  syncOnCommit: boolean;
  /** Whether hooks check policies. */
  enforcePolicies: boolean;
}

export interface SettingFlags {
  'api-url'?: string | undefined;
  'default-branch'?: string | undefined;
  repo?: string | undefined;
}

const DEFAULT_KEY_VARIABLE = 'BLAMEPROMPT_API_KEY';

/**
 * Settings by their order: flags, environment, project file, user file, defaults. Where nobody names a server it is the one that
 * the user logged in to, if there is one only. `project`: the work tree, if there is one,
 * whose file is read; or what that file says where another one than the checked-out one is to speak.
 */
export async function loadSettings(
  project: string | ConfigFile | undefined,
  flags: SettingFlags,
  env: NodeJS.ProcessEnv,
): Promise<Settings> {
  const theirs = typeof project === 'string' ? await readConfigFile(projectFile(project)) : (project ?? {});
  const user = await readConfigFile(userFile(env));
  const ours = { project: theirs.enterprise ?? {}, user: user.enterprise ?? {} };
  const apiUrl = first<string>([
    ['flag', flags['api-url']],
    ['environment', env.BLAMEPROMPT_API_URL || undefined],
    ['project', ours.project.api_url],
    ['user', ours.user.api_url],
    ['login', await onlyLogin(env)],
  ]);
  const apiKeyEnv = first<string>([
    ['project', ours.project.api_key_env],
    ['user', ours.user.api_key_env],
  ]);
  return {
    apiUrl: apiUrl && { value: parseServer(apiUrl.value), from: apiUrl.from },
    apiKeyEnv: apiKeyEnv ?? { value: DEFAULT_KEY_VARIABLE, from: 'default' },
    userServers: [ours.user.api_url, ...(ours.user.trusted_servers ?? [])]
      .filter((url) => url !== undefined)
      .map(parseServer),
    prompts: readPrompts(env.BLAMEPROMPT_PROMPTS, theirs.privacy?.prompts, user.privacy?.prompts),
    team: ours.project.team ?? ours.user.team,
    repo: flags.repo ?? ours.project.repo,
    defaultBranch: flags['default-branch'] ?? ours.project.default_branch,
    ignore: [...(ours.project.ignore ?? []), ...(ours.user.ignore ?? [])],
    trailers: theirs.sources?.trailers ?? user.sources?.trailers ?? true,
    only: theirs.sources?.only ?? user.sources?.only,
    enabled: ours.project.enabled ?? ours.user.enabled ?? true,
    syncOnCommit: ours.project.sync_on_commit ?? ours.user.sync_on_commit ?? true,
    enforcePolicies: ours.project.enforce_policies ?? ours.user.enforce_policies ?? true,
  };
}

async function onlyLogin(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const [origin, ...others] = Object.keys(await readCredentials(env));
  return others.length === 0 ? origin : undefined;
}

function first<T>(candidates: [Origin, T | undefined][]): Named<T> | undefined {
  for (const [from, value] of candidates) if (value !== undefined) return { value, from };
  return undefined;
}

/** A project may ask for more privacy than its user does, never for less. */
function readPrompts(...given: (string | undefined)[]): PromptMode {
  const modes = given.map((mode) => {
    if (mode === undefined || mode === '') return 'summary';
    const known = PROMPT_MODES.find((one) => one === mode);
    if (!known) throw new CliError('invalid_config', `BLAMEPROMPT_PROMPTS must be one of ${PROMPT_MODES.join(', ')}.`);
    return known;
  });
  return strictest(...modes);
}

/** A server's address. Credentials in it would end up in logs and process lists, so they are refused. */
export function parseServer(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new CliError(
      'invalid_url',
      `"${text.slice(0, 200)}" is not a server's address. It looks like https://blameprompt.example.com`,
      { cause },
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new CliError('invalid_url', `A server's address begins with https:// or http://, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CliError(
      'invalid_url',
      "A server's address holds no user or password. Log in instead: blameprompt enterprise login",
    );
  }
  url.search = '';
  url.hash = '';
  return url;
}
