import { Validator } from '@seriousme/openapi-schema-validator';
import test from 'ava';
import { endpoints } from '../../shared/api/index.js';
import { compileBody } from '../../shared/validate.js';
import { commitFact, REPO, receipt } from '../../test/fixtures.js';
import { startTestServer } from '../../test/server.js';

test('the OpenAPI document is valid, needs no key and names every endpoint', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const { status, body } = await server.request('/api/v1/openapi.json');
  t.is(status, 200);
  const { valid, errors } = await new Validator().validate(structuredClone(body));
  t.true(valid, JSON.stringify(errors));
  for (const { path, method, id } of endpoints) {
    t.is(body.paths[path.replace(/:(\w+)/g, '{$1}')][method].operationId, id);
  }
});

test('replies fit the schemas that the document shows', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const { key } = await server.createOrg();
  const sent = receipt();
  const batch = { repo: REPO, receipts: [sent, {}], commits: [commitFact()] };
  for (const endpoint of endpoints) {
    const { status, body } = await server.request(endpoint.path.replace(':id', sent.id), {
      key,
      ...(endpoint.method === 'post' && { body: batch }),
    });
    t.is(status, 200, endpoint.id);
    t.is(compileBody(endpoint.reply)(body).faults, undefined, endpoint.id);
  }
});
