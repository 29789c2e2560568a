import { getAnalytics, type Analytics as Reply } from '../../../shared/api/analytics.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { filterFlags, pickFilters } from '../../filter-flags.js';
import { formatAnalytics } from '../../format-analytics.js';

export default class Analytics extends BaseCommand {
  static override summary = "Show the organisation's AI receipts in numbers";
  static override examples = [
    '<%= config.bin %> enterprise analytics --from 2026-02-01 --to 2026-02-28',
    '<%= config.bin %> enterprise analytics --repo github.com/acme/app --json',
  ];
  static override flags = { ...filterFlags, ...directoryFlag, ...serverFlag };

  async run(): Promise<Reply> {
    const { flags } = await this.parse(Analytics);
    const access = await this.access(await this.settings(flags.directory, flags));
    const reply = await this.withServer(access, (client) => client.call(getAnalytics, { query: pickFilters(flags) }));
    this.print(formatAnalytics(reply));
    return reply;
  }
}
