import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { whoami } from '../../../shared/api/whoami.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { credentialsFile, storeCredential } from '../../config/credentials.js';
import { CliError } from '../../errors.js';
import { pinKey } from '../../policy/pinned-keys.js';

export default class Login extends BaseCommand {
  static override summary = 'Store an API key for one server';
  static override description =
    'Asks for the key, or reads it from standard input when that is a pipe; a key on the command line would be seen by every process. The server is asked whether the key is valid. The file is readable by you only.';
  static override examples = [
    '<%= config.bin %> enterprise login --api-url https://blameprompt.example.com',
    'printenv MY_KEY | <%= config.bin %> enterprise login --api-url https://blameprompt.example.com',
  ];
  static override flags = { ...serverFlag, ...directoryFlag };

  async run(): Promise<{ server: string; org: string; scopes: string[] }> {
    const { flags } = await this.parse(Login);
    const { apiUrl } = await this.settings(flags.directory, flags);
    // Only an address that the user typed or set: logging in is what makes a server trusted.
    if (!apiUrl || apiUrl.from === 'project') {
      const hint = apiUrl ? ` This repository names ${apiUrl.value.origin}; name it yourself if you trust it.` : '';
      throw new CliError('no_server', `Say which server: blameprompt enterprise login --api-url https://…${hint}`);
    }
    const url = apiUrl.value;
    const key = (
      process.stdin.isTTY ? await askHidden(`API key for ${url.origin}: `) : await text(process.stdin)
    ).trim();
    if (!/^\S{8,500}$/.test(key)) throw new CliError('no_key', 'No key was given. It begins with bp_ and is one word.');
    const {
      org,
      key: facts,
      policy_key,
    } = await this.withServer({ url, key, keyFrom: 'login' }, (client) => client.call(whoami));
    await storeCredential(process.env, url.origin, key, org.slug);
    if (policy_key) await pinKey(process.env, url.origin, policy_key);
    this.print(`Logged in to ${url.origin} as org ${org.slug}. The key is in ${credentialsFile(process.env)}.`);
    return { server: url.origin, org: org.slug, scopes: facts.scopes };
  }
}

/** Asks on the terminal without showing what is typed. */
async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
