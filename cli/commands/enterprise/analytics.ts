import { getAnalytics, type Analytics as Reply } from '../../../shared/api/analytics.js';
import { BaseCommand, clientFlags } from '../../base-command.js';
import { filterFlags, pickFilters } from '../../filter-flags.js';
import { formatAnalytics } from '../../format-analytics.js';

export default class Analytics extends BaseCommand {
  static override summary = "Show the organisation's AI receipts in numbers";
  static override examples = [
    '<%= config.bin %> enterprise analytics --from 2026-02-01 --to 2026-02-28',
    '<%= config.bin %> enterprise analytics --repo github.com/acme/app --json',
  ];
  static override flags = { ...filterFlags, ...clientFlags };

  async run(): Promise<Reply> {
    const { flags } = await this.parse(Analytics);
    const reply = await this.call(flags, getAnalytics, { query: pickFilters(flags) });
    this.print(formatAnalytics(reply));
    return reply;
  }
}
