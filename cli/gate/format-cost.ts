import { formatCount, formatUsd } from '../terminal.js';
import type { Cost } from './result.js';

/** A sum of money never stands alone: what it rests on stands beside it. */
export function formatCost({ usd, recorded, estimated, unknown, suspect }: Cost): string {
  if (recorded + estimated + unknown === 0) return 'no receipts';
  const parts = [
    [recorded, 'recorded'],
    [estimated, 'estimated'],
    [unknown, 'unknown'],
  ] as const;
  const basis = parts.filter(([count]) => count > 0).map(([count, name]) => `${formatCount(count)} ${name}`);
  const doubt = suspect > 0 ? `; ${formatCount(suspect)} by a recorder that counted tokens wrong` : '';
  return `${usd === null ? 'unknown' : formatUsd(usd)} (receipts: ${basis.join(', ')}${doubt})`;
}
