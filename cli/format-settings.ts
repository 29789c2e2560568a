import type { Settings } from '../shared/api/settings.js';
import { formatCount, table } from './terminal.js';

/** The settings of an org for people, by the names that `settings set` takes. */
export function formatSettings(settings: Settings): string {
  const { privacy, retention_days, legal_hold, prices, ignore, time_zone, reports } = settings;
  const days = (count: number | null) => (count === null ? 'kept for ever' : `${formatCount(count)} days`);
  return table(
    [
      ['setting', 'value'],
      ['privacy.prompts', privacy.prompts],
      ['retention_days.receipts', days(retention_days.receipts)],
      ['retention_days.prompts', days(retention_days.prompts)],
      ['retention_days.audit', days(retention_days.audit)],
      ['legal hold', legal_hold === null ? 'none' : legal_hold.reason],
      ['prices', prices.length === 0 ? 'list prices' : `${formatCount(prices.length)} of its own, then list prices`],
      ['ignore', ignore.length === 0 ? 'nothing beyond the defaults' : ignore.join(' ')],
      ['time_zone', time_zone],
      ['reports.min_group_size', reports.min_group_size ?? 'no minimum'],
    ],
    '',
  );
}
