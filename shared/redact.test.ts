import test from 'ava';
import fc from 'fast-check';
import { MAX_PROMPT_SUMMARY } from './limits.js';
import { redactSummary } from './redact.js';

const characters = (from: string, min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...from), minLength: min, maxLength: max });
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const word = (min: number, max?: number) => characters(UPPER + LOWER + DIGITS, min, max);

/** Secrets that are known by their own shape. */
const token = fc
  .oneof(
    fc.tuple(fc.constantFrom('ghp_', 'gho_', 'ghs_', 'github_pat_', 'glpat-', 'npm_', 'hf_'), word(36)),
    fc.tuple(fc.constantFrom('sk-', 'sk-ant-api03-', 'sk_live_', 'rk_test_', 'xoxb-', 'bp_live_', 'ya29.'), word(32)),
    fc.tuple(fc.constantFrom('AKIA', 'ASIA'), characters(UPPER + DIGITS, 16)),
    fc.tuple(fc.constant('AIza'), word(35)),
    fc.tuple(
      fc.constant('eyJ'),
      fc.tuple(word(20), word(40), word(43)).map((parts) => parts.join('.')),
    ),
  )
  .map((parts) => parts.join(''));

const password = characters(`${LOWER}${UPPER}${DIGITS}!$%&*+-._~`, 8, 60).map((text) => `x${text}x`);

/** Secrets that are known by what stands around them: the text, and the secret in it. */
const named = fc
  .tuple(
    fc.constantFrom(
      'password',
      'DB_PASSWORD',
      'clientSecret',
      'api_key',
      'API-KEY',
      'authToken',
      'aws_secret_access_key',
      'privateKey',
      'credentials',
    ),
    fc.constantFrom('=$', ' = $', ': $', '="$"', ": '$'", '": "$"', '\\": \\"$\\"', '="$', "= '$"),
    password,
  )
  .map(([name, form, secret]) => ({ text: `${name}${form.replace('$', () => secret)}`, secret }));

const surrounded = fc.oneof(
  fc
    .tuple(fc.constantFrom('postgres', 'https', 'mongodb+srv'), password)
    .map(([scheme, secret]) => ({ text: `${scheme}://app:${secret}@db.example.com/x`, secret })),
  password.map((secret) => ({ text: `https://${secret}@git.example.com/acme/app`, secret })),
  word(30, 60).map((secret) => ({ text: `Authorization: Bearer ${secret}`, secret })),
  word(40, 90).map((secret) => ({
    text: `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
    secret,
  })),
  word(40, 90).map((secret) => ({ text: `-----BEGIN PRIVATE KEY-----\n${secret}`, secret })),
);

const planted = fc.oneof(
  token.map((secret) => ({ text: secret, secret })),
  named,
  surrounded,
);
const prose = fc
  .array(
    fc.constantFrom(
      'please',
      'fix',
      'the',
      'login',
      'größer',
      '日本語',
      'token',
      'a:b',
      '"quoted"',
      '\n',
      '=',
      '(',
      '😀',
    ),
    { maxLength: 40 },
  )
  .map((words) => words.join(' '));

test('a planted secret never survives, and no summary is longer than 500 characters', (t) => {
  fc.assert(
    fc.property(
      prose,
      planted,
      fc.constantFrom(' ', '\n', '', '.', ')'),
      prose,
      (before, { text, secret }, after, rest) => {
        const summary = redactSummary(`${before} ${text}${after} ${rest}`);
        if (summary === null) return;
        if (summary.includes(secret)) throw new Error(`${secret} survives in ${summary}`);
        if (summary.length > MAX_PROMPT_SUMMARY) throw new Error('too long');
      },
    ),
    { numRuns: 3_000 },
  );
  t.pass();
});

test('a secret that the cut goes through does not survive in half', (t) => {
  const key = `-----BEGIN PRIVATE KEY-----${'A'.repeat(19_800)}-----END PRIVATE KEY-----`;
  const secret = `ghp_${'aB3'.repeat(20)}`;
  for (let shift = 0; shift < 80; shift++) {
    const start = `${key}${' '.repeat(20_000 - key.length - shift)}`;
    t.false(redactSummary(start + secret)?.includes('ghp_') ?? false, `${shift} characters before the cut`);
  }
});

test('a value in quotes goes as a whole, however long and whether or not the quotes close', (t) => {
  t.is(redactSummary(`password="${'long '.repeat(200)}" and more`), 'password=[REDACTED] and more');
  t.is(redactSummary('password="correct horse battery'), 'password=[REDACTED]');
  t.is(redactSummary('{"password":"a\\"b","x":1}'), '{"password":[REDACTED],"x":1}');
  t.is(redactSummary(`token=${'x'.repeat(900)}`), 'token=[REDACTED]');
  t.is(redactSummary('token = (password: hunter2)'), 'token = [REDACTED] [REDACTED]');
});

test('names in home directories go, the rest of the path stays', (t) => {
  t.is(redactSummary('open /home/ada/app/a.ts'), 'open /home/[REDACTED_USER]/app/a.ts');
  t.is(redactSummary('open /Users/ada/app'), 'open /Users/[REDACTED_USER]/app');
  t.is(redactSummary('open C:\\Users\\ada\\app'), 'open C:\\Users\\[REDACTED_USER]\\app');
});

test('words that look random go; prose, oids and paths stay', (t) => {
  t.is(redactSummary('use Zk3vQ9xLmT2pR8sWd5NcYb7H now'), 'use [REDACTED_HIGH_ENTROPY] now');
  for (const text of [
    'revert 0123456789abcdef0123456789abcdef01234567',
    'rename src/components/authentication/login-form.tsx',
    'internationalization-of-the-settings-page',
    'the token count of max_tokens is wrong',
  ]) {
    t.is(redactSummary(text), text);
  }
});

test('what is no text is null, and so is text of which nothing is left', (t) => {
  for (const summary of [null, undefined, 7, {}, '', '  \n']) t.is(redactSummary(summary), null);
});

test('what cannot be stored is taken out', (t) => {
  t.is(redactSummary('a\0b\ud800c'), 'ab\ufffdc');
});

test('hostile texts of 20,000 characters are searched to the end', (t) => {
  const pieces = [
    'eyJ-',
    'eyJaaaaaaaa.',
    'a-',
    'a_',
    'password',
    'password=',
    'password="',
    'bearer ',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----END ',
    'sk-',
    'https://',
    'https://a:',
    'token     ',
    '"',
    '\\',
    '\\"',
    'xoxb-',
    'SG.',
    'A',
    '/home/',
  ];
  for (const piece of pieces) {
    const summary = redactSummary(piece.repeat(20_000 / piece.length));
    t.true(summary === null || summary.length <= MAX_PROMPT_SUMMARY, piece);
  }
});
