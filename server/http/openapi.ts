import { endpoints } from '../../shared/api/index.js';
import { Problem } from '../../shared/api/problem.js';
import type { Endpoint } from '../../shared/api/types.js';

/** The OpenAPI 3.1 document, printed from the same schemas that validate requests. */
export function openapi(version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'BlamePrompt Enterprise', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem },
      responses: {
        Problem: {
          description: 'Any error, as RFC 9457 problem details',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  };
}

const TAG = { schema: { type: 'string' } };
const IF_NONE_MATCH = { name: 'If-None-Match', in: 'header', required: false, ...TAG };

function operation({ id, path, summary, scope, query, body, reply, files = [], status = 200, tagged }: Endpoint) {
  const pathParameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties = {}, required = [] } = (query ?? {}) as {
    properties?: Record<string, object>;
    required?: string[];
  };
  const queryParameters = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const other = files.map((type) => [type, { schema: { type: 'string' } }]);
  return {
    operationId: id,
    summary,
    ...(scope && { description: `Needs the scope \`${scope}\`.` }),
    parameters: [...pathParameters, ...queryParameters, ...(tagged ? [IF_NONE_MATCH] : [])],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: {
        description: 'OK',
        ...(tagged && { headers: { ETag: TAG } }),
        content: { 'application/json': { schema: reply }, ...Object.fromEntries(other) },
      },
      ...(tagged && { 304: { description: 'As when the caller was told that ETag', headers: { ETag: TAG } } }),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}
