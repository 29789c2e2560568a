import { CliError } from '../errors.js';
import { type Credentials, readCredentials } from './credentials.js';
import type { Settings } from './settings.js';

/** A server and the key that may be sent to it. */
export interface Access {
  url: URL;
  key: string;
  keyFrom: 'login' | 'environment';
}

/**
 * Decides which key goes to which server, or that none does (design.md, "Trust").
 *
 * A cloned repository is hostile: its `.blameprompt/config.toml` could name a stranger's server, and a variable such as
 * AWS_SECRET_ACCESS_KEY as the key. So a stored key goes only to the server it was stored for; a key in the environment
 * only to `BLAMEPROMPT_API_URL` or to a server in the user's own file; and a project can name only `BLAMEPROMPT_*`
 * variables and servers that the user trusts already. Anything else ends here, before a connection is made.
 */
export async function resolveAccess(settings: Settings, env: NodeJS.ProcessEnv): Promise<Access> {
  const { apiUrl, apiKeyEnv } = settings;
  refuseForeignVariable(settings);
  const credentials = await readCredentials(env);
  if (!apiUrl) throw noServer(Object.keys(credentials));
  refuseForeignServer(settings, credentials, env);
  const { origin } = apiUrl.value;

  const stored = Object.hasOwn(credentials, origin) ? credentials[origin] : undefined;
  if (stored) return { url: apiUrl.value, key: stored.api_key, keyFrom: 'login' };

  const key = env[apiKeyEnv.value]?.trim();
  if (!key) {
    throw new CliError(
      'no_key',
      `There is no key for ${origin}. Log in (blameprompt enterprise login --api-url ${origin}) or set ${apiKeyEnv.value}.`,
    );
  }
  if (!trustedForEnvironmentKey(settings, env).has(origin)) {
    throw new CliError(
      'untrusted_server',
      `The key in ${apiKeyEnv.value} is not sent to ${origin}: only to the server in BLAMEPROMPT_API_URL or in your own configuration file. Set BLAMEPROMPT_API_URL=${origin}, or log in to it.`,
    );
  }
  return { url: apiUrl.value, key, keyFrom: 'environment' };
}

function noServer(loggedIn: string[]): CliError {
  return new CliError(
    'no_server',
    loggedIn.length === 0
      ? 'No server is configured. Log in to one: blameprompt enterprise login --api-url https://…'
      : `You are logged in to ${loggedIn.join(' and ')}. Say which one: --api-url, BLAMEPROMPT_API_URL, or api_url in a configuration file.`,
  );
}

function refuseForeignVariable({ apiKeyEnv }: Settings): void {
  if (apiKeyEnv.from === 'project' && !/^BLAMEPROMPT_[A-Z0-9_]+$/.test(apiKeyEnv.value)) {
    throw new CliError(
      'untrusted_variable',
      `This repository's .blameprompt/config.toml wants the variable ${JSON.stringify(apiKeyEnv.value)} to be sent as a key. A project may name only BLAMEPROMPT_* variables; nothing was sent.`,
    );
  }
}

function refuseForeignServer(settings: Settings, credentials: Credentials, env: NodeJS.ProcessEnv): void {
  const { apiUrl } = settings;
  if (apiUrl?.from !== 'project') return;
  const { origin } = apiUrl.value;
  if (Object.hasOwn(credentials, origin) || trustedForEnvironmentKey(settings, env).has(origin)) return;
  throw new CliError(
    'untrusted_server',
    `This repository's .blameprompt/config.toml names the server ${origin}, which you have not logged in to; nothing was sent. If you trust it: blameprompt enterprise login --api-url ${origin}`,
  );
}

function trustedForEnvironmentKey({ apiUrl, userServers }: Settings, env: NodeJS.ProcessEnv): Set<string> {
  const named = apiUrl?.from === 'environment' ? [apiUrl.value] : [];
  if (env.BLAMEPROMPT_API_URL && URL.canParse(env.BLAMEPROMPT_API_URL)) named.push(new URL(env.BLAMEPROMPT_API_URL));
  return new Set([...named, ...userServers].map((url) => url.origin));
}
