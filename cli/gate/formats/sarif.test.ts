import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import test from 'ava';
import { hostileResult, result, violation } from './hostile.test.support.js';
import { encodePath, toSarif } from './sarif.js';

/** What SARIF 2.1.0 says of the parts that we write, and what GitHub wants beyond it. Nothing else may be there. */
const strict = (properties: object, required: string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const text = { type: 'string', minLength: 1 };
const message = strict({ text });
const level = { enum: ['none', 'note', 'warning', 'error'] };
const notification = strict({ level, message });
const list = (items: object, maxItems = 25_000) => ({ type: 'array', items, maxItems });
const line = { type: 'integer', minimum: 1 };
const rule = strict({
  id: text,
  name: text,
  shortDescription: message,
  help: message,
  defaultConfiguration: strict({ level }),
});
const place = strict(
  {
    // RFC 3986: a relative reference without scheme, authority or anything that must be encoded.
    artifactLocation: strict({
      uri: { type: 'string', pattern: '^([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})([A-Za-z0-9._~/-]|%[0-9A-Fa-f]{2})*$' },
      uriBaseId: { const: '%SRCROOT%' },
    }),
    region: strict({ startLine: line, endLine: line }),
  },
  ['artifactLocation'],
);
const finding = strict({
  ruleId: text,
  ruleIndex: { type: 'integer', minimum: 0 },
  level,
  message,
  locations: list(strict({ physicalLocation: place })),
  partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
  properties: { type: 'object' },
  suppressions: list(
    strict({ kind: { enum: ['inSource', 'external'] }, status: { const: 'accepted' }, justification: text }),
  ),
});
const run = strict({
  tool: strict({
    driver: strict({
      name: text,
      semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
      rules: { ...list(rule), uniqueItems: true },
    }),
  }),
  automationDetails: strict({ id: text }),
  invocations: list(
    strict({ executionSuccessful: { type: 'boolean' }, toolExecutionNotifications: list(notification) }),
  ),
  columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
  results: list(finding, 5000),
});
const LOG = strict({ $schema: { type: 'string' }, version: { const: '2.1.0' }, runs: list(run) });
const ajv = new Ajv({ allErrors: true });
const fits = ajv.compile(LOG);

const SAMPLES = {
  nothing: result(),
  failed: result({ verdict: 'error', error: { code: 'not_in_clone', message: 'Fetch it [first] {0}' } }),
  hostile: hostileResult(),
  many: result({ violations: Array.from({ length: 6000 }, (_, n) => violation({ path: `${n}.ts` })) }),
};

test('a report is what SARIF 2.1.0 allows, and code scanning takes, whatever stands in notes and policies', (t) => {
  for (const [name, sample] of Object.entries(SAMPLES)) {
    const log = JSON.parse(toSarif(sample, '0.1.0'));
    t.true(fits(log), `${name}: ${ajv.errorsText(fits.errors)}`);
    for (const { ruleId, ruleIndex } of log.runs[0].results) t.is(log.runs[0].tool.driver.rules[ruleIndex].id, ruleId);
    t.is(log.runs[0].invocations[0].executionSuccessful, name !== 'failed');
  }
});

/** The published schema, where a package that holds it is installed: as npm has none that is kept, none is a dependency. */
const published = publishedSchema();
(published ? test : test.skip)('a report is valid by the published schema', (t) => {
  const valid = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const check = valid.compile(published!);
  for (const [name, sample] of Object.entries(SAMPLES)) {
    t.true(check(JSON.parse(toSarif(sample, '0.1.0'))), `${name}: ${valid.errorsText(check.errors)}`);
  }
});

function publishedSchema(): object | undefined {
  try {
    const file = '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
    const { $schema: _, id: __, ...schema } = createRequire(import.meta.url)(file);
    return schema; // draft 4; it uses nothing that later drafts read otherwise
  } catch {
    return undefined;
  }
}

test('links and placeholders in a message are text', (t) => {
  const sample = result({ violations: [violation({ message: '[x](http://a) {0} \\', advice: 'Do.' })] });
  const [found] = JSON.parse(toSarif(sample, '0.1.0')).runs[0].results;
  t.is(found.message.text, '\\[x\\](http://a) {{0}} \\\\. Do.');
});

test('paths are encoded, and fingerprints tell violations apart and survive a rebase', (t) => {
  t.is(encodePath("a b/ü#%?:[x]'(1)!*.ts"), 'a%20b/%C3%BC%23%25%3F%3A%5Bx%5D%27%281%29%21%2a.ts');
  t.is(encodePath('\ud800'), '%EF%BF%BD');
  const prints = (...violations: ReturnType<typeof violation>[]) =>
    JSON.parse(toSarif(result({ violations }), '0.1.0')).runs[0].results.map(
      (found: { partialFingerprints: Record<string, string> }) => found.partialFingerprints['blamepromptViolation/v1'],
    );
  const [one, two, other] = prints(violation(), violation(), violation({ path: 'crypto/b.ts' }));
  t.is(new Set([one, two, other]).size, 3);
  t.deepEqual(prints(violation({ commit: 'd'.repeat(40), lines: '9' })), [one]);
});
