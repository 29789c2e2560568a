import test from 'ava';
import { HOSTILE, hostileResult, result, violation } from './hostile.test.support.js';
import { inline, toMarkdown } from './markdown.js';

/** What a browser shows of the escaped text. */
const shown = (markdown: string) => markdown.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

test('text from outside makes no structure, no link, no mention', (t) => {
  for (const text of HOSTILE) {
    const escaped = inline(text);
    const bare = escaped.replace(/&#\d+;/g, '');
    t.false(/[<>`*_[\]|~\\!@#$\n\r]/.test(bare), escaped);
    t.false(
      /:\/\/|www\.\w|@\w|#\d/.test(escaped.replace(/&#\d+;/g, (entity) => (entity === '&#58;' ? '' : shown(entity)))),
      escaped,
    );
  }
  t.is(shown(inline('a <b> & `c`')), 'a <b> & `c`');
});

test('a summary keeps its structure and its size whatever it is made of', (t) => {
  const markdown = toMarkdown(hostileResult());
  t.true(markdown.length < 65_536, `${markdown.length}`);
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
  t.true(
    rows.every((row) => row.split('|').length === 4),
    rows.join('\n'),
  );
  const tags = markdown.replaceAll('<!-- blameprompt-gate -->', '').match(/<[^>]*>/g) ?? [];
  t.deepEqual([...new Set(tags)].sort(), [
    '</code>',
    '</details>',
    '</sub>',
    '</summary>',
    '<code>',
    '<details>',
    '<sub>',
    '<summary>',
  ]);
  t.is(tags.filter((tag) => tag === '<code>').length, tags.filter((tag) => tag === '</code>').length);
  t.is(markdown.match(/^#/gm)!.length, 2);
  const long = '@'.repeat(100_000);
  const violations = Array.from({ length: 1000 }, () => violation({ policy: long, message: long, advice: long }));
  const by_tool = violations.map(() => ({ tool: long, lines: 1 }));
  const not_evaluated = violations.map(() => ({ policy: long, rule: long, reason: long }));
  const exemption = { reason: long, approver: long, expires_at: long };
  const exempted = violations.map((found) => ({ violation: found, exemption }));
  const huge = toMarkdown(result({ violations, by_tool, not_evaluated, exempted, policies: long, notices: [long] }));
  t.true(huge.length < 65_536, `${huge.length}`);
});

test('money never stands without what it rests on, and no data is not zero', (t) => {
  const cost = { usd: 1.5, recorded: 2, estimated: 1, unknown: 3, suspect: 1 };
  t.regex(toMarkdown(result({ cost })), /\$1\.50 \(receipts: 2 recorded, 1 estimated, 3 unknown; 1 by a recorder/);
  t.regex(toMarkdown(result()), /AI share \| no data/);
  t.regex(toMarkdown(result()), /Cost \| no receipts/);
});
