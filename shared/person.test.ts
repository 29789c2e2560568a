import test from 'ava';
import fc from 'fast-check';
import { parsePerson } from './person.js';

test('name and mail are read in every order of being there', (t) => {
  t.deepEqual(parsePerson('Ada Example <ada@example.com>'), { name: 'Ada Example', email: 'ada@example.com' });
  t.deepEqual(parsePerson('<ada@example.com>'), { name: null, email: 'ada@example.com' });
  t.deepEqual(parsePerson('ada@example.com'), { name: null, email: 'ada@example.com' });
  t.deepEqual(parsePerson('  Ada Example  '), { name: 'Ada Example', email: null });
  t.deepEqual(parsePerson('Ada <>'), { name: 'Ada', email: null });
});

test('mail addresses are compared in lower case, names are kept', (t) => {
  t.deepEqual(parsePerson('ADA <Ada@Example.COM>'), { name: 'ADA', email: 'ada@example.com' });
});

test('a name that is a mail address itself is kept beside the mail', (t) => {
  t.deepEqual(parsePerson('bob@example.com <bob@example.org>'), { name: 'bob@example.com', email: 'bob@example.org' });
});

test('who is not named is nobody', (t) => {
  for (const text of [null, undefined, '', '   ', 7, {}, '<>'])
    t.deepEqual(parsePerson(text), { name: null, email: null });
});

test('any text gives two parts without blanks around them', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const part of Object.values(parsePerson(text))) {
        if (part !== null && (part === '' || part !== part.trim())) throw new Error(JSON.stringify(part));
      }
    }),
  );
  t.pass();
});
