import { Flags } from '@oclif/core';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { loadSettings } from '../../config/settings.js';
import { CliError, Exit } from '../../errors.js';
import { formatSync } from '../../format-sync.js';
import { openRepository } from '../../git/repository.js';
import { ProgressDisplay } from '../../sync/progress.js';
import { cursorKey } from '../../sync/state.js';
import { type SyncOptions, type SyncResult, syncRepository } from '../../sync/sync.js';

export default class Sync extends BaseCommand {
  static override summary = "Send this clone's receipts and commit facts to the server";
  static override description =
    'Sends what is new since the last sync. It can be repeated, interrupted and run at the same time anywhere: the server counts everything once. Conversations, responses and file contents are never sent.';
  static override examples = [
    '<%= config.bin %> enterprise sync',
    '<%= config.bin %> enterprise sync --dry-run --json',
    '<%= config.bin %> enterprise sync -C ~/src/app --stateless',
  ];
  static override flags = {
    ...directoryFlag,
    ...serverFlag,
    'dry-run': Flags.boolean({ description: 'read everything that is new, send nothing' }),
    full: Flags.boolean({ description: 'send everything, also what was sent before' }),
    stateless: Flags.boolean({
      description: 'neither read nor write the cursor in the clone (for throw-away and read-only clones)',
    }),
    'repo-name': Flags.string({ description: 'name of the repository (else enterprise.repo, then the remote)' }),
    'default-branch': Flags.string({ description: 'the branch whose commits count (else what the remote says)' }),
  };

  async run(): Promise<SyncResult> {
    const { flags } = await this.parse(Sync);
    const repository = await openRepository(flags.directory);
    const settings = await loadSettings(repository.root, { ...flags, repo: flags['repo-name'] }, process.env);
    const display = new ProgressDisplay();
    const common = { repository, settings, display, full: flags.full };
    const result = flags['dry-run'] ? await this.dryRun(common) : await this.sync(common, flags.stateless);
    this.print(formatSync(result, flags['dry-run']));
    if (result.rejections.length > 0) process.exitCode = Exit.failed;
    return result;
  }

  private dryRun(common: Pick<SyncOptions, 'repository' | 'settings' | 'display' | 'full'>): Promise<SyncResult> {
    return syncRepository({ ...common, client: undefined, cursorKey: undefined });
  }

  private async sync(
    common: Pick<SyncOptions, 'repository' | 'settings' | 'display' | 'full'>,
    stateless: boolean,
  ): Promise<SyncResult> {
    const access = await this.access(common.settings);
    if (!common.settings.enabled) {
      throw new CliError('disabled', 'Syncing is switched off here (enterprise.enabled = false in the configuration).');
    }
    const key = stateless ? undefined : cursorKey(access.url.origin, access.key);
    return this.withServer(access, (client) => syncRepository({ ...common, client, cursorKey: key }));
  }
}
