import { Flags } from '@oclif/core';
import { type AnalyticsQuery, getAnalytics, type Analytics as Reply } from '../../../shared/api/analytics.js';
import { BaseCommand, clientFlags } from '../../base-command.js';
import { filterFlags, pickFilters } from '../../filter-flags.js';
import { formatAnalytics } from '../../format-analytics.js';

export default class Analytics extends BaseCommand {
  static override summary = "Show the organisation's AI receipts in numbers";
  static override examples = [
    '<%= config.bin %> enterprise analytics --from 2026-02-01 --to 2026-02-28',
    '<%= config.bin %> enterprise analytics --repo github.com/acme/app --json',
    '<%= config.bin %> enterprise analytics --from 2026-02-01 --to 2026-02-28 --compare previous --bucket week',
  ];
  static override flags = {
    ...filterFlags,
    bucket: Flags.string({ description: 'what the trend is told by', options: ['day', 'week', 'month'] }),
    'time-zone': Flags.string({ description: "of the days, such as Europe/Berlin; default the organisation's" }),
    top: Flags.integer({ description: 'length of the lists (10)', min: 1, max: 1000 }),
    compare: Flags.string({ description: 'with as long a period right before; needs --from', options: ['previous'] }),
    ...clientFlags,
  };

  async run(): Promise<Reply> {
    const { flags } = await this.parse(Analytics);
    const { bucket, 'time-zone': time_zone, top, compare } = flags;
    const asked = { bucket, time_zone, top, compare };
    const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const query = { ...pickFilters(flags), ...given } as AnalyticsQuery;
    const reply = await this.call(flags, getAnalytics, { query });
    this.print(formatAnalytics(reply));
    return reply;
  }
}
