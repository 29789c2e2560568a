import { endpoints } from '../shared/api/index.js';
import type { Endpoint } from '../shared/api/types.js';
import { commitFact, receipt } from './fixtures.js';
import type { TestOrg, TestServer } from './server.js';

/** What an org has for the examples to speak of. Every name in it holds the word "secret". */
export interface Made {
  receipt: string;
  team: string;
  key: string;
  policy: string;
  violation: string;
  job: string;
  webhook: string;
  report: string;
  schedule: string;
}

interface Example {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
}

const TEAM = 'secret-team';
const EMAIL = 'secret@acme.example';
const REPO = 'git.example.com/acme/secret-repo';

/** Names in that org. */
export const WORDS = [TEAM, EMAIL, REPO, 'secret-model', 'secret-two', 'claude-code', 'anthropic', 'blocked_models'];

const batch = () => ({
  repo: { name: REPO, team: 'secret-words' },
  receipts: [receipt({ prompt_summary: 'secret of acme', user_email: EMAIL, model: 'secret-model' })],
  commits: [commitFact()],
});

const POLICY = {
  name: 'No secret models',
  rule: { blocked_models: ['secret-*'] },
  scope: { repos: ['*/secret-repo'], teams: [TEAM] },
};

/** A request for every endpoint that an org in which `makeExamples` was at work answers with success. */
const examples: Record<string, (made: Made) => Example> = {
  postReceipts: () => ({ body: { ...batch(), receipts: [receipt(), {}] } }),
  listReceipts: () => ({ query: `?team=${TEAM}` }),
  getReceipt: (made) => ({ params: { id: made.receipt } }),
  listCountedCommits: () => ({ query: `?repo=${REPO}` }),
  getAnalytics: () => ({}),
  listTeams: () => ({ query: '?archived=true' }),
  createTeam: () => ({ body: { slug: 'secret-other', name: 'Secret other' } }),
  getTeam: () => ({ params: { id: TEAM }, query: '?history=true' }),
  updateTeam: (made) => ({ params: { id: made.team }, body: { name: 'Secret new', archived: true } }),
  setTeamMember: () => ({ params: { id: TEAM }, body: { email: EMAIL, role: 'admin', since: '2026-01-02' } }),
  endTeamMember: (made) => ({ params: { id: made.team, email: EMAIL }, query: '?until=2026-02-01' }),
  assignTeamRepo: () => ({ params: { id: TEAM }, body: { repo: 'git@git.example.com:acme/secret-two.git' } }),
  unassignTeamRepo: () => ({ params: { id: TEAM }, query: `?repo=https://${REPO}` }),
  importTeamMembers: () => ({ body: { rows: [{ team: TEAM, email: 'new-secret@acme.example', role: 'viewer' }] } }),
  detectTeam: () => ({ body: { repo: REPO, email: EMAIL, at: '2026-02-14' } }),
  listKeys: () => ({ query: '?all=true' }),
  createKey: () => ({ body: { name: 'secret-other', scopes: ['receipts:write'], expires_in_days: 90 } }),
  rotateKey: (made) => ({ params: { id: made.key }, body: { grace_hours: 1 } }),
  revokeKey: (made) => ({ params: { id: made.key } }),
  getSettings: () => ({}),
  updateSettings: () => ({ body: { privacy: { prompts: 'hash' }, ignore: ['secret/**'], time_zone: 'Europe/Berlin' } }),
  listPolicies: () => ({ query: '?enabled=true&rule=blocked_models' }),
  createPolicy: () => ({ body: { ...POLICY, name: 'Other secret', action: 'block' } }),
  getPolicy: (made) => ({ params: { id: made.policy } }),
  updatePolicy: (made) => ({ params: { id: made.policy }, body: { description: 'secret', version: 1 } }),
  deletePolicy: (made) => ({ params: { id: made.policy } }),
  evaluatePolicies: () => ({
    body: { repo: REPO, person: EMAIL, receipts: batch().receipts, commits: [commitFact()] },
  }),
  simulatePolicy: (made) => ({ params: { id: made.policy }, body: { days: 400 } }),
  simulateCandidate: () => ({ body: { policy: POLICY, days: 400 } }),
  getPolicyBundle: () => ({ query: `?repo=${REPO}&person=${EMAIL}` }),
  listViolations: () => ({
    query: `?repo=${REPO}&team=${TEAM}&person=${EMAIL}&rule=blocked_models&acknowledged=false`,
  }),
  acknowledgeViolation: (made) => ({ params: { id: made.violation }, body: { acknowledged: true, note: 'secret' } }),
  listWebhooks: () => ({}),
  createWebhook: () => ({ body: { url: 'https://secret.acme.example/other', events: ['audit.event'] } }),
  updateWebhook: (made) => ({ params: { id: made.webhook }, body: { description: 'secret' } }),
  deleteWebhook: (made) => ({ params: { id: made.webhook } }),
  rotateWebhookSecret: (made) => ({ params: { id: made.webhook }, body: { grace_hours: 1 } }),
  testWebhook: (made) => ({ params: { id: made.webhook } }),
  listDeliveries: (made) => ({ params: { id: made.webhook }, query: '?status=waiting' }),
  getJob: (made) => ({ params: { id: made.job } }),
  requestReport: () => ({ body: { type: 'gdpr', format: 'md', repo: REPO } }),
  getReportJob: (made) => ({ params: { id: made.report } }),
  listReportSchedules: () => ({}),
  createReportSchedule: () => ({ body: { every: 'week', type: 'soc2', format: 'csv', team: TEAM } }),
  deleteReportSchedule: (made) => ({ params: { id: made.schedule } }),
  getReport: () => ({ params: { type: 'soc2' }, query: `?repo=${REPO}` }),
  whoami: () => ({}),
  listAudit: () => ({ query: '?action=team.created' }),
  readAuditLog: () => ({ query: '?start=1&limit=2' }),
  getCheckpoint: () => ({}),
  getProof: () => ({ query: '?from=1' }),
  exportSubject: () => ({ body: { emails: [EMAIL] } }),
  eraseSubject: () => ({ body: { emails: [EMAIL], names: ['Secret Person'] } }),
  listErasures: () => ({ query: '?limit=1' }),
  previewRetention: () => ({ body: { retention_days: { receipts: 1 } } }),
};

/** Fills an org with one thing of each kind. */
export async function makeExamples(
  { request, sequence, enqueue }: Pick<TestServer, 'request' | 'sequence' | 'enqueue'>,
  org: TestOrg,
): Promise<Made> {
  const { key } = org;
  const send = async (method: string, path: string, body: unknown) => {
    const reply = await request(`/api/v1${path}`, { key, method, body });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const { team } = await send('POST', '/teams', { slug: TEAM, name: 'Secret team' });
  await send('PUT', `/teams/${TEAM}/members`, { email: EMAIL, role: 'member', since: '2026-01-01' });
  await send('PUT', `/teams/${TEAM}/repos`, { repo: REPO });
  await send('PATCH', '/settings', { ignore: ['docs/secret/**'] });
  const made = await send('POST', '/keys', { name: 'secret-key', scopes: ['receipts:read'] });
  const policy = await send('POST', '/policies', POLICY);
  const hook = { url: 'https://secret.acme.example/hook', events: ['violation.created', 'policy.changed'] };
  const { webhook } = await send('POST', '/webhooks', hook);
  await send('POST', `/webhooks/${webhook.id}/test`, undefined);
  const sent = batch();
  await send('POST', '/receipts', sent);
  await send('POST', '/data-subjects/erase', { emails: ['gone-secret@acme.example'] });
  const report = await send('POST', '/reports', { type: 'soc2', repo: REPO });
  const schedule = await send('POST', '/report-schedules', { every: 'month', type: 'executive', repo: REPO });
  await sequence(org);
  const { violations } = await send('GET', '/violations', undefined);
  await send('GET', '/analytics', undefined); // folds what waits: from now on reading changes nothing
  return {
    receipt: sent.receipts[0]!.id,
    team: team.id,
    key: made.key.id,
    policy: policy.id,
    violation: violations[0].id,
    webhook: webhook.id,
    report: report.id,
    schedule: schedule.id,
    job: await enqueue(org, 'secret.kind', {}),
  };
}

/** The example of an endpoint as a request: an endpoint without one has no test, and that is a fault. */
export function exampleOf(
  { id, method, path }: Endpoint,
  made: Made,
): { path: string; method: string; body?: unknown } {
  const example = examples[id]?.(made);
  if (!example) throw new Error(`The endpoint ${id} has no example in test/examples.ts`);
  const { params = {}, query = '', body } = example;
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name]!));
  return { path: filled + query, method: method.toUpperCase(), ...(body !== undefined && { body }) };
}

/** Examples of endpoints that are gone. */
export const staleExamples = (): string[] =>
  Object.keys(examples).filter((id) => !endpoints.some((endpoint) => endpoint.id === id));
