import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { endpoints } from '../../shared/api/index.js';
import { Problem } from '../../shared/api/problem.js';
import type { Endpoint } from '../../shared/api/types.js';
import { compileBody } from '../../shared/validate.js';
import { exampleOf, type Made, makeExamples, WORDS } from '../examples.js';
import { everything } from '../rows.js';
import { startTestServer, type TestOrg, type TestServer } from '../server.js';
import { type Request, requestsTo, variationsOf } from './requests.js';

/** Requests to each endpoint. By hand: `CONTRACT_RUNS=5000 node dist/test/run.js dist/test/contract/contract.test.js`. */
const RUNS = Number(process.env.CONTRACT_RUNS ?? 60);

/** After so many requests the org is used up: its team archived, its policies deleted. Then comes a new one. */
const RUNS_OF_ORG = 30;

const isProblem = compileBody(Problem);

let server: TestServer;
let acme: TestOrg;
let secrets: Made;
/** Stands in all that acme has, and in nothing that anybody else sends. */
const mark = `of-acme-${randomBytes(4).toString('hex')}`;

test.before(async () => {
  server = await startTestServer();
  acme = await server.createOrg();
  const request: TestServer['request'] = (path, options) =>
    server.request(path.replaceAll('secret', mark), {
      ...options,
      ...(options?.body !== undefined && { body: JSON.stringify(options.body).replaceAll('secret', mark) }),
    });
  secrets = await makeExamples({ ...server, request }, acme);
});
test.after.always(() => server?.stop());

for (const endpoint of endpoints) {
  test.serial(
    `${endpoint.id} answers every request as the OpenAPI document says, and never tells of another org`,
    async (t) => {
      const before = await everything(server.adminUrl, acme.id);
      let succeeded = 0;
      let orgs = 0;
      for (let left = RUNS; left > 0; left -= RUNS_OF_ORG) {
        const org = await server.createOrg();
        const made = await makeExamples(server, org);
        orgs++;
        const words = [...WORDS, ...Object.values(made), ...Object.values(secrets)];
        const example = exampleOf(endpoint, made);
        const right: Request = { ...example, body: JSON.stringify(example.body), headers: {}, params: [] };
        await fc.assert(
          fc.asyncProperty(fc.oneof(requestsTo(endpoint, words), variationsOf(example)), async (request) => {
            if (await check(endpoint, org, request)) succeeded++;
          }),
          { numRuns: Math.min(left, RUNS_OF_ORG), includeErrorInReport: true, examples: [[right]] },
        );
      }
      t.true(succeeded > 0, `none of the requests of ${orgs} orgs succeeded: the test has seen errors only`);
      t.deepEqual(await everything(server.adminUrl, acme.id), before);
    },
  );
}

/** Answers whether the request succeeded; throws when the reply is not what was promised. */
async function check(endpoint: Endpoint, org: TestOrg, request: Request): Promise<boolean> {
  const { path, params, ...options } = request;
  const { status, headers, body } = await server.request(path, { key: org.key, ...options });
  const told = `${status} ${JSON.stringify(body)?.slice(0, 1000)}`;
  const expect = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}: ${told}`);
  };
  expect(status < 500, 'an error of ours');
  expect(status !== 401 && status !== 403, 'the key has every scope');
  expect(!JSON.stringify(body ?? '').includes(mark), 'another org shows');
  if (status >= 300) {
    expect(headers.get('content-type')?.startsWith('application/problem+json') === true, 'not a problem');
    expect(isProblem(body).faults === undefined && body.status === status, 'not a problem as documented');
    return false;
  }
  expect(!params.some((param) => Object.values(secrets).includes(param)), "another org's id was found");
  expect(status === (endpoint.status ?? 200), 'not the documented status');
  const { faults } = compileBody(endpoint.reply)(body);
  expect(faults === undefined, `the reply does not fit its schema: ${JSON.stringify(faults)}`);
  return true;
}
