import test from 'ava';
import { endpoints } from '../../shared/api/index.js';
import { exampleOf, makeExamples } from '../../test/examples.js';
import { startTestServer } from '../../test/server.js';

/** What they do besides answering, and why no event tells of it. */
const SILENT = new Map([
  ['evaluatePolicies', 'asks what policies say; stores nothing'],
  ['simulatePolicy', 'asks what a policy would have said; stores nothing'],
  ['simulateCandidate', 'asks what a policy would say; stores nothing'],
  ['previewRetention', 'counts what retention would remove; removes nothing'],
  ['detectTeam', 'a question that does not fit into a query'],
]);

/** What leaves the server as a whole is told of, too. */
const TOLD = new Set(['readAuditLog', 'getReport']);

test('every endpoint that changes something writes an audit event in the name of the key', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  for (const endpoint of endpoints) {
    const org = await server.createOrg();
    const made = await makeExamples(server, org);
    const count = async () =>
      (await server.request('/api/v1/audit?limit=500', { key: org.key })).body.events as { actor: { name: string } }[];
    const before = await count();
    const { path, ...request } = exampleOf(endpoint, made);
    await server.request(path, { key: org.key, ...request });
    const after = await count();
    const isSilent = (endpoint.method === 'get' && !TOLD.has(endpoint.id)) || SILENT.has(endpoint.id);
    if (isSilent) t.is(after.length, before.length, `${endpoint.id} only reads, and yet there is an event`);
    else t.true(after.length > before.length, `${endpoint.id} changes something, and no event tells`);
    t.true(after.every(({ actor }) => actor.name === 'test'));
  }
  for (const id of SILENT.keys())
    t.true(
      endpoints.some((endpoint) => endpoint.id === id),
      `${id} is gone`,
    );
});

test('a change that is refused leaves no event', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const org = await server.createOrg();
  const body = { slug: 'platform' };
  t.is((await server.request('/api/v1/teams', { key: org.key, body })).status, 201);
  t.is((await server.request('/api/v1/teams', { key: org.key, body })).status, 409);
  const { events } = (await server.request('/api/v1/audit', { key: org.key })).body;
  t.is(events.length, 1);
  t.like(events[0], { action: 'team.created', after: { slug: 'platform' }, ip: '127.0.0.1', seq: null });
});
