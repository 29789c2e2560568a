import test from 'ava';
import fc from 'fast-check';
import { findSection, SHEBANG, withSection } from './section.js';
import { HOOKS, sectionFor } from './templates.js';

const BODY = sectionFor('pre-commit');

/** Hook files as they are found: with and without a first line, CRLF, no newline at the end, bytes that are no UTF-8. */
const file = fc
  .tuple(
    fc.constantFrom(
      '',
      '#!/bin/sh',
      '#!/bin/sh\n',
      '#!/usr/bin/env bash\r\n',
      '#!/bin/sh -eu\n\n',
      '\xef\xbb\xbf#!/bin/sh\n',
    ),
    fc.array(
      fc.constantFrom('exit 0', 'exec true', 'ä'.repeat(3), '# BlamePrompt x', '# /BlamePrompt', '', '\xff\xfe', '\t'),
    ),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([first, lines, newline, ends]) => first + lines.join(newline) + (ends ? newline : ''));

test('what is put into a file comes out again, byte for byte', (t) => {
  fc.assert(
    fc.property(file, (text) => {
      const installed = withSection(text, 'pre-commit', BODY);
      const found = findSection(installed, 'pre-commit');
      return found !== undefined && found.before + found.after === text && found.body === BODY;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('to install again changes nothing, and a new version replaces the old one', (t) => {
  fc.assert(
    fc.property(file, (text) => {
      const installed = withSection(text, 'pre-commit', BODY);
      const other = withSection(installed, 'pre-commit', 'echo new\n');
      return (
        withSection(installed, 'pre-commit', BODY) === installed && withSection(other, 'pre-commit', BODY) === installed
      );
    }),
  );
  t.pass();
});

test('our part stands before everything that could leave the script, and after the line that names the shell', (t) => {
  t.true(withSection('#!/bin/sh\nexit 0\n', 'pre-commit', BODY).startsWith('#!/bin/sh\n# >>> blameprompt-enterprise'));
  t.true(withSection('exit 0\n', 'pre-commit', BODY).startsWith('# >>> blameprompt-enterprise'));
});

test('nothing that we write into a hook looks like the recorder\u2019s: it deletes what does', (t) => {
  for (const hook of HOOKS) {
    for (const kind of ['new file', 'inserted', 'in place of another'] as const) {
      t.notRegex(withSection(SHEBANG, hook, sectionFor(hook), kind), /BlamePrompt|LEFTHOOK/);
    }
  }
});

test('a file with half of our part is not touched', (t) => {
  const [first, ...rest] = withSection('', 'pre-push', BODY).split('\n');
  t.throws(() => findSection(`${first}\n`, 'pre-push'), { message: /by hand/ });
  t.throws(() => findSection(rest.join('\n'), 'pre-push'), { message: /by hand/ });
});
