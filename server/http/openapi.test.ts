import { Validator } from '@seriousme/openapi-schema-validator';
import test from 'ava';
import { endpoints } from '../../shared/api/index.js';
import { compileBody } from '../../shared/validate.js';
import { exampleOf, makeExamples, staleExamples } from '../../test/examples.js';
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

test('the example of every endpoint succeeds, and its reply fits the schema that the document shows', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  t.deepEqual(staleExamples(), []);
  const document = await server.request('/api/v1/openapi.json');
  for (const endpoint of endpoints) {
    const org = await server.createOrg();
    const { path, ...request } = exampleOf(endpoint, await makeExamples(server, org));
    const { status, body, headers } = await server.request(path, { key: org.key, ...request });
    t.is(status, endpoint.status ?? 200, `${endpoint.id}: ${JSON.stringify(body)}`);
    t.is(compileBody(endpoint.reply)(body).faults, undefined, endpoint.id);

    const tag = headers.get('etag');
    const { responses } = document.body.paths[endpoint.path.replace(/:(\w+)/g, '{$1}')][endpoint.method];
    t.is(tag !== null, '304' in responses, endpoint.id);
    if (tag === null) continue;
    const again = await server.request(path, { key: org.key, ...request, headers: { 'if-none-match': tag } });
    t.is(again.status, 304, endpoint.id);
  }
});

test('no endpoint answers bodies and paths that PostgreSQL cannot keep with an error of its own', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const org = await server.createOrg();
  const made = await makeExamples(server, org);
  for (const endpoint of endpoints) {
    const { path, method, body } = exampleOf(endpoint, made);
    const bad = JSON.stringify(body)
      ?.replace(/secret/, '\\u0000')
      .replace(/secret/, '\\ud800');
    const broken = await server.request(path, { key: org.key, method, ...(bad && { body: bad }) });
    t.true(broken.status < 500, `${endpoint.id}: ${JSON.stringify(broken.body)}`);
    for (const id of ['%00', '..%2f', 'x'.repeat(5000), '%F0%9F%A6%84', '00000000-0000-0000-0000-000000000000']) {
      const strange = endpoint.path.replace(/:\w+/g, id);
      if (strange === endpoint.path) continue;
      const query = path.includes('?') ? path.slice(path.indexOf('?')) : '';
      const { status } = await server.request(strange + query, {
        key: org.key,
        method,
        ...(body !== undefined && { body }),
      });
      t.is(status, 404, `${method} ${strange.slice(0, 100)}`);
    }
  }
});
