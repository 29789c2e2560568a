import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import type { TypedBatch } from '../../../shared/api/receipts.js';
import { whoami } from '../../../shared/api/whoami.js';
import type { ApiClient } from '../../api-client.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import type { Access } from '../../config/access.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { CliError, Exit } from '../../errors.js';
import { formatSync } from '../../format-sync.js';
import { fetchRefs } from '../../git/fetch-refs.js';
import { openRepository } from '../../git/repository.js';
import { findClones } from '../../sync/find-clones.js';
import { fetchCounted } from '../../sync/left-unseen.js';
import { computeMemo } from '../../sync/memo.js';
import { privateRefs } from '../../sync/private-refs.js';
import { ProgressDisplay } from '../../sync/progress.js';
import { type Sent, sendBatch } from '../../sync/send.js';
import { cursorKey } from '../../sync/state.js';
import { type SyncResult, syncRepository } from '../../sync/sync.js';

/** With `--all-repos`: what became of each clone. */
interface SyncedClones {
  repositories: ({ path: string } & (SyncResult | { error: { code: string; message: string } }))[];
}

export default class Sync extends BaseCommand {
  static override summary = "Send this clone's receipts and commit facts to the server";
  static override description =
    'Sends what is new since the last sync. It can be repeated, interrupted and run at the same time anywhere: the server counts everything once. Conversations, responses and file contents are never sent.';
  static override examples = [
    '<%= config.bin %> enterprise sync',
    '<%= config.bin %> enterprise sync --dry-run --show-payload',
    '<%= config.bin %> enterprise sync --all-repos ~/src',
    '<%= config.bin %> enterprise sync --fetch --stateless',
  ];
  static override flags = {
    ...directoryFlag,
    ...serverFlag,
    'all-repos': Flags.string({
      description: 'sync every clone below this folder',
      exclusive: ['directory', 'repo-name'],
    }),
    fetch: Flags.boolean({
      description:
        "fetch the remote's notes and checkpoints first, into refs/blameprompt/; your own refs stay as they are",
    }),
    'dry-run': Flags.boolean({ description: 'read everything that is new, send nothing' }),
    'show-payload': Flags.boolean({
      description: 'print exactly what would be sent, a JSON batch a line',
      dependsOn: ['dry-run'],
      exclusive: ['json'],
    }),
    full: Flags.boolean({ description: 'send everything, also what was sent before' }),
    stateless: Flags.boolean({
      description: 'neither read nor write the cursor in the clone (for throw-away and read-only clones)',
    }),
    'repo-name': Flags.string({ description: 'name of the repository (else enterprise.repo, then the remote)' }),
    'default-branch': Flags.string({ description: 'the branch whose commits count (else what the remote says)' }),
  };

  async run(): Promise<SyncResult | SyncedClones> {
    const { flags } = await this.parse(Sync);
    const folder = flags['all-repos'];
    if (folder === undefined) return this.syncClone(flags.directory, flags);
    const repositories: SyncedClones['repositories'] = [];
    for (const path of await findClones(resolve(folder))) {
      try {
        repositories.push({ path, ...(await this.syncClone(path, flags)) });
      } catch (error) {
        // One clone that cannot be synced keeps no other from it; the exit code is that of the worst.
        const { code, message, exitCode } = this.describeFault(error as Error);
        repositories.push({ path, error: { code, message } });
        process.exitCode = Math.max(Number(process.exitCode ?? 0), exitCode);
        this.printFault(`${path}: ${message}`);
      }
    }
    if (repositories.length === 0) throw new CliError('no_clones', `There is no clone below ${folder}.`);
    return { repositories };
  }

  private async syncClone(directory: string, flags: SyncFlags): Promise<SyncResult> {
    const repository = await openRepository(directory);
    const settings = await loadSettings(repository.root, { ...flags, repo: flags['repo-name'] }, process.env);
    const dryRun = flags['dry-run'];
    const access = await this.accessUnlessDry(settings, dryRun);
    if (flags.fetch) await fetchRefs(repository, privateRefs(settings.only));
    const options = {
      repository,
      settings,
      display: new ProgressDisplay(),
      cursorKey: access && !flags.stateless ? cursorKey(access.url.origin, access.key) : undefined,
      full: flags.full,
      dryRun,
      memo: isPlain(flags, settings) ? (branch: string) => computeMemo(repository, branch, process.env) : undefined,
    };
    const result =
      access && !dryRun
        ? await this.withServer(access, async (client) => {
            const { settings: org } = await client.call(whoami);
            return syncRepository({
              ...options,
              org,
              send: sendTo(client),
              askCounted: (repo) => fetchCounted(client, repo),
            });
          })
        : await syncRepository({
            ...options,
            send: async (batch, sent) => this.pretend(batch, sent, flags['show-payload']),
          });
    if (!flags['show-payload']) this.print(formatSync(result, dryRun));
    if (result.rejections.length > 0) process.exitCode = Exit.failed;
    return result;
  }

  /** A dry run needs no server; it uses one only to know what that has seen. */
  private async accessUnlessDry(settings: Settings, dryRun: boolean): Promise<Access | undefined> {
    if (dryRun) return this.access(settings).catch(() => undefined);
    if (!settings.enabled) {
      throw new CliError('disabled', 'Syncing is switched off here (enterprise.enabled = false in the configuration).');
    }
    return this.access(settings);
  }

  private pretend(batch: TypedBatch, sent: Sent, show: boolean): void {
    if (show) this.log(JSON.stringify(batch));
    sent.receipts.sent += batch.receipts.length;
    sent.commits.sent += batch.commits.length;
  }
}

interface SyncFlags {
  'api-url': string | undefined;
  'dry-run': boolean;
  'show-payload': boolean;
  fetch: boolean;
  full: boolean;
  stateless: boolean;
  'repo-name': string | undefined;
  'default-branch': string | undefined;
}

/**
 * Whether a later sync can be answered from its memo: no flag changed what is sent or where, and the key is in no variable
 * that the memo does not look at (the user's own file may name any).
 */
const isPlain = (flags: SyncFlags, { apiKeyEnv }: Settings) =>
  flags['api-url'] === undefined &&
  flags['repo-name'] === undefined &&
  flags['default-branch'] === undefined &&
  apiKeyEnv.value.startsWith('BLAMEPROMPT_');

const sendTo = (client: ApiClient) => (batch: TypedBatch, sent: Sent) => sendBatch(client, batch, sent);
