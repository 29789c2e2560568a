import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import postgres from 'postgres';
import { createTestDatabase } from '../../test/database.js';
import { emailIdentity, type Identity, nameIdentity, patternOf, wordsOf } from './identity.js';
import { hashIdentity, Pseudonyms } from './pseudonyms.js';
import { scrub, scrubText } from './scrub.js';

const secret = randomBytes(32);
const of = (...identities: (Identity | undefined)[]) =>
  new Pseudonyms(
    secret,
    identities.map((identity) => ({
      ...identity!,
      hash: hashIdentity(secret, identity!),
      pseudonym: identity!.kind === 'email' ? 'erased-1@erased.invalid' : 'Erased person 1',
    })),
  );

test('an address is found whatever stands around it, and no other address with it', (t) => {
  const ada = of(emailIdentity('Ada.L@Example.com'));
  const gone = 'erased-1@erased.invalid';
  for (const [text, expected] of [
    ['ada.l@example.com', gone],
    ['Ask ADA.L@EXAMPLE.COM.', `Ask ${gone}.`],
    ['<mailto:ada.l@example.com>,', `<mailto:${gone}>,`],
    ['/home/ada.l@example.com/x', `/home/${gone}/x`],
    ['`ada.l@example.com`!', `\`${gone}\`!`],
  ] as const)
    t.is(scrubText(text, ada), expected);
  for (const text of [
    'mary.ada.l@example.com',
    'ada.l@example.com.au',
    'x-ada.l@example.com',
    'ada.l@example.co',
    '@',
    'a@',
  ])
    t.is(scrubText(text, ada), text);
});

test('a name of several words is found in any case and form, one of a single word only where a person stands', (t) => {
  const names = of(nameIdentity('Zoë van Dijk'), nameIdentity('Will'), nameIdentity('李雷'));
  t.is(scrubText('by ZOE\u0308 van\n Dijk, 2', names), 'by Erased person 1, 2');
  t.is(scrubText('zoë-van_dijk', names), 'Erased person 1');
  t.is(scrubText('Zoë van der Dijk will', names), 'Zoë van der Dijk will');
  t.is(scrubText('李雷说', names), 'Erased person 1说');
  t.deepEqual(scrub({ user_name: 'WILL', model: 'will', note: 'Will will' }, names) as object, {
    user_name: 'Erased person 1',
    model: 'will',
    note: 'Will will',
  });
  t.is(scrubText('Will will', of(nameIdentity('will', true))), 'Erased person 1 Erased person 1');
});

test('what an erased person wrote goes with them, and a name that is not theirs alone beside their address', (t) => {
  const pseudonyms = of(emailIdentity('a@b.example'));
  const theirs = { user_email: 'A@b.example', user_name: 'Sam', prompt_summary: 'x', prompt_hash: 'y', cost_usd: 1 };
  t.deepEqual(scrub(theirs, pseudonyms) as object, {
    user_email: 'erased-1@erased.invalid',
    user_name: 'Erased person 1',
    prompt_summary: null,
    prompt_hash: null,
    cost_usd: 1,
  });
  const others = {
    user_email: 'c@d.example',
    user_name: 'Sam',
    prompt_summary: 'x',
    files: [{ path: 'p', lines: '1' }],
  };
  t.is(scrub(others, pseudonyms), others, 'the same value where nothing changed');
});

const LETTERS = [...'abzAéñйЖ李7'];
const word = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 20 }).map((letters) => letters.join(''));
const gap = fc.constantFrom(' ', '-', ', ', '\n', '"', '\\', '_', ' \t');
const shape = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.toUpperCase(),
  (text: string) => text.toLowerCase(),
  (text: string) => text.normalize('NFD'),
);

test('whatever the scrubber finds in a row, in JSON or in JSON in JSON, the database finds as well', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const sql = postgres(database.adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  const hidden = fc.record({
    words: fc.array(word, { minLength: 2, maxLength: 5 }),
    gaps: fc.array(gap, { minLength: 5, maxLength: 5 }),
    form: shape,
    before: fc.string({ maxLength: 20 }),
    nested: fc.boolean(),
  });
  const cases = fc.sample(hidden, 2000).flatMap(({ words, gaps, form, before, nested }) => {
    const text = `${before.replaceAll('\0', '')} ${form(words.map((one, n) => one + (gaps[n] ?? '')).join(''))}`;
    const identity = nameIdentity(words.join(' '));
    if (!identity?.in_text) return [];
    const scrubbed = scrubText(text, of(identity));
    t.not(scrubbed, text, JSON.stringify({ text, words }));
    return [{ row: nested ? { detail: JSON.stringify({ text }) } : { text }, pattern: patternOf(identity) }];
  });
  t.true(cases.length > 1000);
  const missed = await sql`
    select row, pattern from jsonb_to_recordset(${sql.json(cases as never)}) as c (row jsonb, pattern text)
    where lower(row::text) not like pattern
  `;
  t.deepEqual([...missed], []);
});

test('names and addresses of any length and kind are looked for in bounded time', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const sql = postgres(database.adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  const long = [
    ...Array.from({ length: 50 }, (_, n) => emailIdentity(`${'é'.repeat(300)}${n}@x.example`)),
    ...Array.from({ length: 50 }, (_, n) => nameIdentity(`é${n} `.repeat(40))!),
    ...Array.from({ length: 50 }, (_, n) => nameIdentity(`${'\u0301ü'.repeat(100)}${n}`)!),
  ];
  const [row] = await sql`
    select count(*)::int as count from generate_series(1, 1000) as n
    where lower(repeat('éü ' || n, 300)) like any(${long.map(patternOf)}::text[])
  `;
  t.true(row!.count >= 0);
  const text = '@'.repeat(1_000_000);
  t.is(scrubText(text, of(...long)), text);
  t.is(wordsOf('a '.repeat(100_000)).length, 100_000);
});
