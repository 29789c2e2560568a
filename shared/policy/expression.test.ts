import test from 'ava';
import { compileExpression } from './expression.js';
import { ExpressionError } from './expression-bounds.js';
import { CommitView, ReceiptView } from './expression-views.js';

const NOBODY = { model: null, provider: null, qualified: [] };
const timestamp = '2026-02-14T10:00:00.000000Z';
const empty = new ReceiptView({ receipt: { id: 'r', timestamp }, timestamp, names: NOBODY });
const surroundings = { repo: 'git.example.com/acme/app', teams: ['backend'] };

const refuses = (title: string, cases: Record<string, RegExp>) =>
  test(title, (t) => {
    for (const [text, message] of Object.entries(cases)) {
      t.throws(() => compileExpression(text), { instanceOf: ExpressionError, message }, text);
    }
  });

refuses('what does not parse, or does not fit the types, is refused with its reason', {
  'receipt.model =': /Unexpected character/,
  '': /Unexpected token/,
  'receipt.modell == "x"': /No such key: modell/,
  'commit.files.exists(f, f.pathh == "x")': /No such key: pathh/,
  'commit.lines.aii > 1': /No such key: aii/,
  'sender == "x"': /Unknown variable: sender/,
  'receipt.id': /must be true or false, and is string/,
  'receipt.id > 5': /no such overload/,
  'receipt.constructor == null': /No such key: constructor/,
  'receipt.__proto__ == null': /No such key: __proto__/,
});

refuses('what has no bound is refused', {
  'receipt.model.matches("(a+)+$")': /matches\(\) is not available: use startsWith/,
  'receipt.attributions.all(a, receipt.attributions.all(b, a.path == b.path))': /all\(\) inside of another loop/,
  '[1, 2].exists(a, [3].filter(b, b > a).size() > 0)': /filter\(\) inside of another loop/,
  '[repo].map(a, a + a).map(a, a + a).size() > 0': /map\(\) is not available/,
  'cel.bind(a, repo + repo, cel.bind(b, a + a, b.size() > 0))': /bind\(\) is not available/,
  '(repo + repo + repo).size() > 0': /\+ adds numbers/,
  'receipt.model + receipt.tool == "x"': /\+ adds numbers/,
  '(teams + teams).size() > 3': /\+ adds numbers/,
  'repo.split("").size() > 3': /split\(\) is not available/,
  'teams.join(repo).size() > 3': /join\(\) is not available/,
  'duration(repo) > duration("1s")': /duration\(\) is not available/,
  'receipt.timestamp.getHours("Europe/Vienna") > 3': /getHours\(\) is not available/,
  'receipt.attributions.exists(a, a in receipt.attributions)': /in needs a list/,
  'receipt.model.contains(receipt.tool)': /contains\(\) takes a text in quotes/,
  '{"a": 1}.size() > 0': /maps/,
  'receipt.cost_usd > 1.0 && commit.lines.ai > 1': /about receipt and commit/,
  'receipt.attributions.exists(repo, true)': /repo is taken/,
  'has((receipt).model)': /has\(\) takes a field/,
  [`repo == "${'x'.repeat(201)}"`]: /more than 200 characters/,
  [`repo in [${'"a", '.repeat(101)}"b"]`]: /maxListElements/,
  [`${'('.repeat(40)}true${')'.repeat(40)}`]: /maxDepth/,
  [`${'!'.repeat(1_999)}true`]: /maxAstNodes/,
  [`true${' || true'.repeat(240)}`]: /maxAstNodes/,
});

test('an expression is about receipts, commits or the change', (t) => {
  const subject = (text: string) => compileExpression(text).subject;
  t.is(subject('receipt.tool == "x"'), 'receipt');
  t.is(subject('commit.files.exists(f, f.ai > 0) || repo == "x"'), 'commit');
  t.is(subject('"backend" in teams'), 'change');
  t.is(subject('"receipt.tool" == repo'), 'change');
});

test('fields that nobody recorded are null, and has() says so', (t) => {
  const ask = (text: string) => compileExpression(text).ask({ ...surroundings, receipt: empty });
  for (const field of ['tool', 'provider', 'model', 'user_name', 'user_email', 'cost_usd', 'team']) {
    t.true(ask(`receipt.${field} == null`), field);
    t.false(ask(`has(receipt.${field})`), field);
    t.true(ask(`!has( receipt . ${field} ) || receipt.${field} == "x"`), field);
  }
  t.true(ask('has(receipt.id) && has(receipt.timestamp) && has(receipt.attributions)'));
  t.true(ask('receipt.attributions.size() == 0'));
});

test('lines and files that nobody counted are absent', (t) => {
  const oid = 'a'.repeat(40);
  const ask = (text: string, commit: CommitView) => compileExpression(text).ask({ ...surroundings, commit });
  const uncounted = new CommitView({ commit: oid });
  t.false(ask('has(commit.lines) || has(commit.files)', uncounted));
  t.false(ask('has(commit.lines) && commit.lines.ai > 0', uncounted));
  t.is(ask('commit.lines.ai > 0', uncounted), 'No such key: lines (what nobody recorded is null: ask has() first)');
  const lines = { added: 9, deleted: 1, ai: 4, human: 2, unknown: 3 };
  const counted = new CommitView({ commit: oid, lines, files: [{ path: 'a.ts', added: 9, ai: '1-3,7' }] });
  t.true(ask('has(commit.lines) && commit.lines.ai + commit.lines.human == 6', counted));
  t.true(ask('commit.files.exists_one(f, f.path.endsWith(".ts") && f.ai == 4)', counted));
});

test('an error is told in words, and || and && take it for unknown', (t) => {
  const ask = (text: string) => compileExpression(text).ask({ ...surroundings, receipt: empty });
  t.is(
    ask('receipt.cost_usd > 5'),
    'no such overload: dyn<null> > int (what nobody recorded is null: ask has() first)',
  );
  t.true(ask('receipt.cost_usd > 5 || repo.startsWith("git.")'));
  t.false(ask('receipt.cost_usd > 5 && repo == "x"'));
  t.is(ask('receipt.tool == null ? receipt.tool : true'), 'the answer is neither true nor false');
});

test('errors keep their stack traces elsewhere', (t) => {
  const before = Error.stackTraceLimit;
  compileExpression('receipt.cost_usd > 5').ask({ ...surroundings, receipt: empty });
  t.is(Error.stackTraceLimit, before);
});
