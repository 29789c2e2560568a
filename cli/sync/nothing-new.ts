import type { SyncResult } from './sync.js';

/** The outcome of a sync that found nothing new. */
export function nothingNew(repo: string, duration_ms: number): SyncResult {
  return {
    repo,
    notes: { read: 0, skipped: [], left_out: [] },
    receipts: { sent: 0, inserted: 0, duplicates: 0, amended: 0, rejected: 0 },
    commits: { sent: 0, inserted: 0, updated: 0, unreadable: [] },
    rejections: [],
    violations: { warn: 0, block: 0, truncated: false, items: [] },
    duration_ms,
  };
}
