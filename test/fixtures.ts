import { randomUUID } from 'node:crypto';
import type { CommitFact, Receipt } from '../shared/api/receipts.js';

export const OID = 'a'.repeat(40);
export const OTHER_OID = 'b'.repeat(40);

/** A plausible receipt; what a test is about stands in `fields`. */
export function receipt(fields: Partial<Receipt> = {}): Receipt & { id: string } {
  return {
    id: randomUUID(),
    timestamp: '2026-02-14T10:00:00.123456Z',
    source: 'blameprompt',
    tool: 'claude-code',
    provider: 'anthropic',
    model: 'claude-opus-4-6',
    session_id: 'session-1',
    user_name: 'Ada Example',
    user_email: 'ada@example.com',
    prompt_summary: 'Add a cart',
    prompt_hash: 'sha256:0001',
    cost_usd: 0.25,
    input_tokens: 1000,
    output_tokens: 500,
    session_duration_secs: 60,
    attributions: [{ commit: OID, path: 'src/cart.ts', lines: '1-10,15' }],
    ...fields,
  };
}

/** A plausible commit fact: ten lines added, six of them by AI. */
export function commitFact(fields: Partial<CommitFact> = {}): CommitFact {
  return {
    commit: OID,
    committed_at: '2026-02-14T10:05:00Z',
    author_name: 'Ada Example',
    author_email: 'ada@example.com',
    is_merge: false,
    on_default_branch: true,
    sources: ['blameprompt'],
    lines: { added: 10, deleted: 2, ai: 6, human: 1, unknown: 3 },
    ai_by: [{ tool: 'claude-code', provider: 'anthropic', model: 'claude-opus-4-6', lines: 6 }],
    ...fields,
  };
}

export const REPO = { name: 'git.example.com/acme/shop', default_branch: 'main' };
