import type { previewRetention } from '../shared/api/retention.js';
import type { ReplyOf } from '../shared/api/types.js';
import { formatCount, printable, table } from './terminal.js';

type Reply = ReplyOf<typeof previewRetention>;

/** For how long an org keeps what, and what of it is past that. */
export function formatRetention({ retention_days, legal_hold, removes, last_run }: Reply): string {
  const days = (count: number | null) => (count === null ? 'for ever' : `${formatCount(count)} days`);
  return [
    table(
      [
        ['what', 'kept', 'past that now'],
        ['receipts', days(retention_days.receipts), formatCount(removes.receipts)],
        ['violations', days(retention_days.receipts), formatCount(removes.violations)],
        ['prompts', days(retention_days.prompts), formatCount(removes.prompts)],
        ['audit details', days(retention_days.audit), formatCount(removes.audit_details)],
      ],
      '',
    ),
    legal_hold === null ? 'No legal hold.' : `Legal hold, nothing is removed: ${printable(legal_hold.reason)}`,
    last_run === null
      ? 'Nothing was removed yet.'
      : `Last removed something on ${last_run.started_at.slice(0, 10)}: ${printable(JSON.stringify(last_run.counts))}`,
  ].join('\n');
}
