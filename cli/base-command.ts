import { Command, Flags } from '@oclif/core';
import type { Endpoint, ReplyOf } from '../shared/api/types.js';
import type { ApiClient, CallInput } from './api-client.js';
import { type Access, resolveAccess } from './config/access.js';
import { loadSettings, type SettingFlags, type Settings } from './config/settings.js';
import { CliError, Exit } from './errors.js';
import { GitError } from './git/errors.js';
import { openRepository, type Repository } from './git/repository.js';
import { printable } from './terminal.js';

export const serverFlag = {
  'api-url': Flags.string({
    description: 'address of the server (else BLAMEPROMPT_API_URL, then the configuration files)',
  }),
};

export const directoryFlag = {
  directory: Flags.string({ char: 'C', description: 'a folder of the clone', default: '.' }),
};

/** Flags of commands that ask the server for one thing. */
export const clientFlags = { ...directoryFlag, ...serverFlag };

/** What all our commands share: `--json`, errors with the exit codes of design.md, the server and its key. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  /** Settings for a folder, which need not be a clone: then no project file speaks. */
  protected async settings(directory: string, flags: SettingFlags = {}): Promise<Settings> {
    const root = await openRepository(directory).then(
      (repository) => repository.root,
      () => undefined, // not a clone: only the user's own file and the environment speak
    );
    return loadSettings(root, flags, process.env);
  }

  protected access(settings: Settings): Promise<Access> {
    return resolveAccess(settings, process.env);
  }

  /** Asks the server for one thing, with the settings that hold in a folder. */
  protected async call<E extends Endpoint>(
    flags: SettingFlags & { directory: string },
    endpoint: E,
    input: CallInput<E> = {},
  ): Promise<ReplyOf<E>> {
    const access = await this.access(await this.settings(flags.directory, flags));
    return this.withServer(access, (client) => client.call(endpoint, input));
  }

  /** Calls the server and closes the connection whatever happens. */
  protected async withServer<T>(access: Access, work: (client: ApiClient) => Promise<T>): Promise<T> {
    // Not before it is needed: the HTTP client takes a tenth of a second to load.
    const { createApiClient } = await import('./api-client.js');
    const client = createApiClient(access);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  /** Brings the policies of a clone up to date for its hooks. Answers why that could not be done; null when it was. */
  protected async refreshPolicies(repository: Repository, settings: Settings): Promise<string | null> {
    try {
      const access = await this.access(settings);
      const { refreshBundle } = await import('./policy/refresh-bundle.js');
      await this.withServer(access, (client) => refreshBundle(client, repository, settings, access, process.env));
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Prints for people; `--json` silences it. */
  protected print(text: string): void {
    this.log(text);
  }

  protected override async catch(error: Error): Promise<void> {
    const { code, message, exitCode } = this.describeFault(error);
    if (code === 'EEXIT') throw error;
    if (this.jsonEnabled()) this.logJson({ error: { code, message } });
    else this.printFault(`Error: ${message}`);
    if (process.env.DEBUG && error.stack) process.stderr.write(`${error.stack}\n`);
    this.exit(exitCode);
  }

  /** Every error becomes a message and an exit code here and nowhere else. */
  protected describeFault(error: Error & { code?: string; oclif?: { exit?: number } }) {
    const code = error.code ?? 'internal';
    if (error instanceof CliError) return { code, message: error.message, exitCode: error.exitCode };
    if (error instanceof GitError) return { code, message: `${error.message}. ${error.next}`, exitCode: Exit.usage };
    return { code, message: error.message, exitCode: error.oclif?.exit ?? Exit.failed };
  }

  protected printFault(text: string): void {
    process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }
}
