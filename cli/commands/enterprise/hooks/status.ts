import { BaseCommand, directoryFlag } from '../../../base-command.js';
import { openRepository } from '../../../git/repository.js';
import { formatStatus } from '../../../hooks/format-report.js';
import { type HooksStatus, hooksStatus } from '../../../hooks/status.js';

export default class HooksStatusCommand extends BaseCommand {
  static override summary =
    'Show which git hooks are installed, the policies they know, and how the last background sync went';
  static override flags = { ...directoryFlag };

  async run(): Promise<HooksStatus> {
    const { flags } = await this.parse(HooksStatusCommand);
    const status = await hooksStatus(await openRepository(flags.directory), process.env);
    this.print(formatStatus(status));
    return status;
  }
}
