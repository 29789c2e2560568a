import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import test from 'ava';
import { sampleInventory } from '../../../test/machine-report-samples.js';
import { toAiBom } from './ai-bom.js';

const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;
const bom = toAiBom(sampleInventory());

const text = { type: 'string', minLength: 1 };
const strict = (properties: object, optional: string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const list = (items: object) => ({ type: 'array', items, uniqueItems: true });
const property = strict({ name: { type: 'string', pattern: '^blameprompt:' }, value: { type: 'string' } });
const component = strict(
  {
    type: { enum: ['machine-learning-model', 'application'] },
    'bom-ref': text,
    name: text,
    supplier: strict({ name: text }),
    publisher: text,
    properties: list(property),
  },
  ['supplier', 'publisher', 'properties'],
);

/** All that we emit, and nothing else. */
const OURS = strict({
  $schema: { const: 'http://cyclonedx.org/schema/bom-1.6.schema.json' },
  bomFormat: { const: 'CycloneDX' },
  specVersion: { const: '1.6' },
  serialNumber: { type: 'string', pattern: '^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
  version: { const: 1 },
  metadata: strict({
    timestamp: { type: 'string', format: 'date-time' },
    lifecycles: list(strict({ phase: text })),
    tools: strict({ components: list(strict({ type: text, name: text, version: text })) }),
    component,
    properties: list(property),
  }),
  components: list(component),
  dependencies: list(strict({ ref: text, dependsOn: list(text) }, ['dependsOn'])),
});

test('a bill of models is what our own schema of it says', (t) => {
  const ajv = new Ajv({ strictTypes: false });
  addFormats(ajv);
  const check = ajv.compile(OURS);
  t.true(check(bom), JSON.stringify(check.errors));
  t.false(check({ ...bom, more: 1 }));
});

test('a bill of models is valid by the schema that CycloneDX publishes', async (t) => {
  const schemas = publishedSchemas();
  if (!schemas) return t.pass('@cyclonedx/cyclonedx-library is not installed');
  const read = async (name: string) =>
    JSON.parse(await readFile(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8'));
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    ajv.addSchema(await read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  const check = ajv.compile(await read('bom-1.6'));
  t.true(check(bom), JSON.stringify(check.errors));
  t.false(check({ ...bom, components: [{ ...bom.components[0], type: 'oracle' }] }));
});

test('every reference is to a component, and each component has its own', (t) => {
  const refs = [bom.metadata.component['bom-ref'], ...bom.components.map((component) => component['bom-ref'])];
  t.is(new Set(refs).size, refs.length);
  t.deepEqual(bom.dependencies.map(({ ref }) => ref).sort(), refs.sort());
  const leads = bom.dependencies.flatMap((dependency) => ('dependsOn' in dependency ? dependency.dependsOn : []));
  t.deepEqual(
    leads.filter((ref) => !refs.includes(ref)),
    [],
  );
});

test('a bill of models made again has the same bytes, one of another period another serial number', (t) => {
  t.is(JSON.stringify(toAiBom(sampleInventory())), JSON.stringify(bom));
  const later = toAiBom({ ...sampleInventory(), period: { from: '2026-04-01T00:00:00Z', to: '2026-07-01T00:00:00Z' } });
  t.not(later.serialNumber, bom.serialNumber);
});

function publishedSchemas(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
    return join(dirname(manifest), 'res', 'schema');
  } catch {
    return;
  }
}
