import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import test from 'ava';
import { sampleAssessment } from '../../../test/machine-report-samples.js';
import { OSCAL_VERSION, toAssessmentResults } from './assessment-results.js';

const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;
const document = toAssessmentResults(sampleAssessment());

// The data types of NIST's schema 1.1.3, which we validated these samples against by hand: no package on npm carries it.
const token = { type: 'string', pattern: '^(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*$' };
const string = { type: 'string', pattern: '^\\S(.*\\S)?$' };
const line = { type: 'string', pattern: '^[^\\n]+$' };
const markup = { type: 'string', minLength: 1 };
const uuid = {
  type: 'string',
  pattern: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$',
};
const instant = { type: 'string', format: 'date-time', pattern: 'Z$' };
const strict = (properties: object, optional: string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const list = (items: object) => ({ type: 'array', items, minItems: 1 });
const props = list(strict({ name: token, ns: { type: 'string', format: 'uri' }, value: string }));

/** All that we emit, and nothing else. */
const OURS = strict({
  'assessment-results': strict({
    uuid,
    metadata: strict({
      title: line,
      'last-modified': instant,
      version: string,
      'oscal-version': { const: OSCAL_VERSION },
      props,
      roles: list(strict({ id: token, title: line })),
      parties: list(strict({ uuid, type: { const: 'organization' }, name: string })),
      'responsible-parties': list(strict({ 'role-id': token, 'party-uuids': list(uuid) })),
    }),
    'import-ap': strict({ href: { type: 'string', format: 'uri-reference' } }),
    results: list(
      strict(
        {
          uuid,
          title: line,
          description: markup,
          start: instant,
          end: instant,
          'reviewed-controls': strict({
            'control-selections': list(strict({ 'include-controls': list(strict({ 'control-id': token })) })),
          }),
          observations: list(
            strict({
              uuid,
              title: line,
              description: markup,
              props,
              methods: list({ const: 'EXAMINE' }),
              types: list({ const: 'control-objective' }),
              collected: instant,
            }),
          ),
        },
        ['observations'],
      ),
    ),
    'back-matter': strict({ resources: list(strict({ uuid, title: line, description: markup })) }),
  }),
});

const ajv = new Ajv();
addFormats(ajv);
const check = ajv.compile(OURS);

test('assessment results have the data types of OSCAL, whatever the names in them', (t) => {
  t.true(check(document), JSON.stringify(check.errors));
  t.false(check({ ...document, more: 1 }));
});

test('without observations there is no empty list of them, which OSCAL does not have', (t) => {
  const controls = [{ id: 'CC1', title: 'Control', observations: [] }];
  const empty = toAssessmentResults({ ...sampleAssessment(), controls });
  t.true(check(empty), JSON.stringify(check.errors));
});

test('assessment results made again have the same bytes, those of another organisation other identities', (t) => {
  t.is(JSON.stringify(toAssessmentResults(sampleAssessment())), JSON.stringify(document));
  const other = toAssessmentResults({ ...sampleAssessment(), organisation: { id: 'other', name: 'Other' } });
  t.not(other['assessment-results'].uuid, document['assessment-results'].uuid);
});

test('every identity is its own, and every control that was observed is among those reviewed', (t) => {
  const [result] = document['assessment-results'].results;
  const ids = result!.observations!.map((observation) => observation.uuid);
  t.is(new Set(ids).size, ids.length);
  const reviewed = new Set(
    result!['reviewed-controls']['control-selections'][0]!['include-controls'].map((one) => one['control-id']),
  );
  for (const { props } of result!.observations!)
    t.true(reviewed.has(props.find(({ name }) => name === 'control-id')!.value));
});

test('Markdown and HTML in names are shown and not rendered', (t) => {
  const titles = document['assessment-results'].results[0]!.observations!.map(({ title }) => title);
  t.true(titles.includes('\\<script\\>alert(1)\\</script\\>'));
});
