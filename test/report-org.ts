import { randomUUID } from 'node:crypto';
import { commitFact, OID, OTHER_OID, REPO, receipt } from './fixtures.js';
import type { TestOrg, TestServer } from './server.js';

/** A name that is a formula in CSV, a table cell, a link and an element in Markdown. */
export const HOSTILE = `=HYPERLINK("x"),|<b>@&\n[a](http://x)`;

/** An org with two repositories, a team, policies with an exemption, violations, a gap in coverage, and hostile names. */
export async function seedOrg({ createOrg, request, sequence }: TestServer): Promise<TestOrg> {
  const org = await createOrg();
  const send = async (method: string, path: string, body: unknown) => {
    const reply = await request(`/api/v1${path}`, { key: org.key, method, body });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  await send('POST', '/teams', { slug: 'web', name: 'Web' });
  await send('PUT', '/teams/web/members', { email: 'ada@example.com', role: 'member', since: '2026-01-01' });
  await send('POST', '/policies', {
    name: 'No GPT',
    action: 'block',
    rule: { blocked_models: ['gpt-*'] },
    exemptions: [
      { reason: 'Trial', approver: 'cto@example.com', expires_at: '2199-01-01T00:00:00Z', people: ['bob@example.com'] },
    ],
  });
  await send('POST', '/policies', { name: 'Budget', action: 'warn', rule: { max_cost_per_day: 1 } });
  await send('POST', '/receipts', {
    repo: REPO,
    receipts: [
      receipt({ id: '00000000-0000-4000-8000-000000000001' }),
      receipt({
        timestamp: '2026-02-14T23:30:00Z',
        model: 'gpt-5',
        provider: 'openai',
        user_email: 'bob@example.com',
        cost_usd: 5,
      }),
      receipt({
        timestamp: '2026-02-16T09:00:00Z',
        model: 'gpt-5',
        provider: 'openai',
        user_name: HOSTILE,
        cost_usd: 0.5,
      }),
    ],
    commits: [
      commitFact(),
      commitFact({
        commit: OTHER_OID,
        committed_at: '2026-02-15T09:00:00Z',
        sources: [],
        has_receipts: false,
        ai_by: [],
      }),
    ],
  });
  await send('POST', '/receipts', {
    repo: { name: 'git.example.com/acme/api', default_branch: 'main' },
    receipts: [
      receipt({
        id: randomUUID(),
        timestamp: '2026-03-01T00:00:00Z',
        tool: HOSTILE,
        user_email: null,
        user_name: null,
        model: null,
        cost_usd: null,
        attributions: [{ commit: OID }],
      }),
    ],
  });
  await sequence(org);
  return org;
}
