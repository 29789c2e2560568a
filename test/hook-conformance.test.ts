import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { EvaluatedReceipt } from '../shared/api/policies.js';
import { fromBlamePrompt } from '../shared/blameprompt-receipt.js';
import { parseLines } from '../shared/line-set.js';
import { CONFORMANCE, type ConformanceCase } from '../shared/policy/conformance.js';
import { run, TestClone } from './cli.js';
import { giveBundle, writeStaging } from './hooks.js';

const CHECK = fileURLToPath(new URL('../cli/hooks/check.cjs', import.meta.url));

/** As BlamePrompt would have staged it. */
const staged = (receipt: EvaluatedReceipt) => ({
  id: receipt.id,
  provider: receipt.tool === 'claude-code' && receipt.provider === 'anthropic' ? 'claude' : receipt.provider,
  model: receipt.model,
  timestamp: receipt.timestamp,
  user: `${receipt.user_name ?? ''} <${receipt.user_email ?? ''}>`,
  cost_usd: receipt.cost_usd,
  files_changed: (receipt.attributions ?? []).flatMap(({ path, lines }) =>
    (parseLines(lines ?? '') ?? [[0, 0] as const]).map((line_range) => ({ path, line_range })),
  ),
});

const ASKED = ['id', 'provider', 'model', 'user_name', 'user_email', 'cost_usd', 'team'] as const;

/** What staged receipts can say: no commits, no team, nothing that a recorder does not write. */
function isAboutStaged({ change, policies }: ConformanceCase): boolean {
  const fallbackTime = () => ({ timestamp: '', timestamp_basis: 'commit' as const });
  if (change.commits.length > 0) return false;
  return change.receipts.every((receipt) => {
    const read = fromBlamePrompt(staged(receipt), null, { prompts: 'none', fallbackTime });
    if ('reason' in read) return false;
    const asked = policies.some(({ rule }) => 'when' in rule) ? [...ASKED, 'tool' as const] : ASKED;
    const given = (receipt.attributions ?? []).map(({ commit, path, lines }) => [commit ?? null, path, lines ?? null]);
    const found = (read.attributions ?? []).map(({ path, lines }) => [null, path, lines]);
    return (
      asked.every((name) => ((read as EvaluatedReceipt)[name] ?? null) === (receipt[name] ?? null)) &&
      (given.length === 0 || JSON.stringify(given) === JSON.stringify(found))
    );
  });
}

const ROWS = CONFORMANCE.filter(isAboutStaged);

test('the table has many rows that are about staged receipts', (t) => {
  t.true(ROWS.length > 40, `${ROWS.length} of ${CONFORMANCE.length}`);
});

test('the built hook answers each row of the table of policies as the evaluator does', async (t) => {
  t.timeout(600_000);
  const clone = await TestClone.create(t);
  for (const [n, { name, policies, change, expected }] of ROWS.entries()) {
    const { repo, teams, state = { as_of: '2026-02-14T06:00:00Z', spend: [], lines: null } } = change;
    await giveBundle(clone, policies, { repo, teams: [...teams], state });
    const folder = `row${n}`;
    await mkdir(join(clone.path, folder));
    await writeStaging(clone, change.receipts.map(staged), folder);
    const args = [
      'enterprise',
      'hook',
      'pre-commit',
      join(clone.path, '.git/blameprompt'),
      '.blameprompt/staging.json',
    ];
    const { code, stdout, stderr } = await run(CHECK, args, {
      cwd: join(clone.path, folder),
      env: { HOME: clone.home },
    });
    t.is(stderr, '', name);
    t.is(code, expected.verdict === 'block' ? 10 : 0, `${name}\n${stdout}`);
    const told = stdout.match(/^ {2}(BLOCK|WARN ) /gm) ?? [];
    t.is(told.length, Math.min(20, expected.violations?.length ?? 0), `${name}\n${stdout}`);
    for (const { message, receipt_id, path } of expected.violations ?? []) {
      for (const part of [message, receipt_id, path])
        if (part) t.true(stdout.includes(part), `${name}: ${part}\n${stdout}`);
    }
  }
});
