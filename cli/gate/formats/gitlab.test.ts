import { Ajv } from 'ajv';
import test from 'ava';
import { toGitLab } from './gitlab.js';
import { hostileResult, result } from './hostile.test.support.js';

/** What GitLab's documentation asks of a Code Quality report. */
const REPORT = {
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', minLength: 1, pattern: '^(?!\\./)' },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
        },
      },
    },
  },
};

test('a report is a list of issues with all that GitLab asks for, and fingerprints are unique', (t) => {
  const ajv = new Ajv();
  const fits = ajv.compile(REPORT);
  const issues = JSON.parse(toGitLab(hostileResult()));
  t.true(fits(issues), ajv.errorsText(fits.errors));
  t.is(issues.length, hostileResult().violations.length);
  t.is(new Set(issues.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size, issues.length);
  t.false(
    /[\u0000-\u0008\u001b\u202e]/.test(issues.map(({ description }: { description: string }) => description).join('')),
  );
  t.is(toGitLab(result()), '[]\n');
});
