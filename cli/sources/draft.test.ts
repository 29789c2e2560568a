import test from 'ava';
import { formatLines } from '../../shared/line-set.js';
import {
  type AttestedFiles,
  Authors,
  attest,
  beyondLimit,
  listedLines,
  newDraft,
  pathOf,
  settle,
  unread,
} from './draft.js';
import { context, ID } from './notes.test.support.js';

const nameless = { tool: null, provider: null, model: null };

test('lines are numbers, pairs or ranges in text, in any order', (t) => {
  t.is(formatLines(listedLines([9, [1, 3], '5-6,12', 4])), '1-6,9,12');
  t.is(formatLines(listedLines([0, -1, 1.5, [3, 1], [2], 'x', '7-', null, {}, [[1, 2]]])), '');
  t.is(formatLines(listedLines('1-9')), '');
});

test('paths are below the work tree', (t) => {
  t.is(pathOf('src\\a.ts', undefined), 'src/a.ts');
  t.is(pathOf('/w/src/a.ts', '/w/'), 'src/a.ts');
  t.is(pathOf('././a.ts', undefined), 'a.ts');
  for (const none of ['', './', '\0', 7, null, undefined]) t.is(pathOf(none, undefined), undefined);
});

test('an author who won no line of a file does not account for it', (t) => {
  const first = newDraft(ID, 'x', nameless, context);
  const second = newDraft(ID.replaceAll('1', '9'), 'x', nameless, context);
  const files: AttestedFiles = new Map();
  attest(files, 'a.ts', { by: 'ai', ...nameless, draft: first }, [[2, 3]]);
  attest(files, 'a.ts', { by: 'ai', ...nameless, draft: second }, [[1, 9]]);
  const { receipts } = settle(files, [first, second], context, []);
  t.deepEqual(
    receipts.map(({ attributions }) => attributions),
    [[{ commit: context.commit, path: null, lines: null }], [{ commit: context.commit, path: 'a.ts', lines: '1-9' }]],
  );
});

test('files that no longer fit a receipt are cut there, not in the claims', (t) => {
  const draft = newDraft(ID, 'x', nameless, context);
  const files: AttestedFiles = new Map();
  for (let i = 0; i < 50_003; i++) attest(files, `f${i}`, { by: 'ai', ...nameless, draft }, [[1, 1]]);
  const skipped: string[] = [];
  const { receipts, claims } = settle(files, [draft], context, skipped);
  t.is(claims.length, 50_003);
  t.is(receipts[0]!.attributions!.length, 50_000);
  t.deepEqual(skipped, ['3 files of a session beyond 50000']);
});

test('each tool and model of a commit is one author, ten thousand of them and no more', (t) => {
  const authors = new Authors('x', context);
  t.is(authors.of({ ...nameless, tool: 'cursor' }), authors.of({ ...nameless, tool: 'cursor' }));
  t.not(authors.of({ ...nameless, tool: 'cursor', model: 'gpt-5' }), authors.of({ ...nameless, tool: 'cursor' }));
  for (let i = 0; i < 10_000; i++) authors.of({ ...nameless, tool: `tool-${i}` });
  t.is(authors.of({ ...nameless, tool: 'one-more' }).by, 'nobody');
  t.is(new Set(authors.drafts.map(({ receipt }) => receipt.id)).size, 10_000);
  t.deepEqual(beyondLimit(authors.drafts.length), ['receipts beyond 10000']);
  t.deepEqual(beyondLimit(9_999), []);
});

test('what could not be read is one reason', (t) => {
  t.deepEqual(
    [0, 1, 2].map((count) => unread(count, 'a file', 'files')),
    [[], ['a file that cannot be read'], ['2 files that cannot be read']],
  );
});
