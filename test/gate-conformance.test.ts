import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { stringify } from 'smol-toml';
import { runGate } from '../cli/gate/gate.js';
import type { EvaluatedCommit, EvaluatedReceipt, Policy } from '../shared/api/policies.js';
import { countLines, parseLines } from '../shared/line-set.js';
import { DAY, REPO } from '../shared/policy/conformance/case.js';
import { CONFORMANCE, type ConformanceCase } from '../shared/policy/conformance.js';
import { blamePromptNote, gitAiNote, lines, TestClone } from './cli.js';

/** Rules that judge receipts, whatever commit they are on, and rules that judge the lines of commits. */
const OF_RECEIPTS = /^(allowed|blocked)_(models|providers)$|^max_cost/;
const OF_COMMITS = /^(require_review_above|max_ai_percentage|require_receipts|forbidden_paths)$/;

/** What real commits and notes cannot say: the model's name as a reseller gives it is put into its plain form when notes are read. */
const UNSAYABLE = ['a reseller is known by its own name and by the name it gives the model'];

/**
 * The rows of the table that can be made of real commits and notes: those without a server's state, judged now and not at
 * some other time, for the one team that a project can name.
 */
function isMadeOfCommits({ name, change, policies }: ConformanceCase): boolean {
  const { receipts, commits, state, now, teams } = change;
  const rules = policies.map(({ rule }) => Object.keys(rule)[0]!);
  const fits = commits.length > 0 ? OF_COMMITS : OF_RECEIPTS;
  return (
    !UNSAYABLE.includes(name) &&
    state === undefined &&
    now === `${DAY}T18:00:00Z` &&
    change.repo === REPO &&
    teams.join() === 'backend' &&
    rules.every((rule) => fits.test(rule)) &&
    !policies.some((policy) => policy.valid_from || policy.valid_until) &&
    !JSON.stringify(policies).includes('"commits":') &&
    (commits.length === 0 || receipts.length === 0) &&
    commits.every((commit) => isCountable(commit, rules))
  );
}

const isCountable = ({ lines: counted, files, is_merge }: EvaluatedCommit, rules: string[]) =>
  counted != null && !is_merge && counted.human === 0 && (files != null || !rules.includes('forbidden_paths'));

const ROWS = CONFORMANCE.filter(isMadeOfCommits);

test('the gate judges real commits and notes as the table of policies says', async (t) => {
  t.true(ROWS.length > 50, `${ROWS.length} of ${CONFORMANCE.length} rows`);
  const clone = await TestClone.create(t, '');
  await clone.commit({ '.blameprompt/config.toml': `[enterprise]\nteam = "backend"\nrepo = "${REPO}"\n` });
  const file = join(clone.home, 'policies.toml');
  for (const [n, row] of ROWS.entries()) {
    await clone.git('checkout', '--quiet', '-B', `row${n}`, 'main');
    const oids = await build(clone, row);
    await writeFile(file, policyFile(row.policies));
    const result = await runGate({
      ...{ directory: clone.path, base: 'main', head: `row${n}`, fetch: false, policies: file, policiesFrom: 'base' },
      flags: {},
      env: { HOME: clone.home },
      server: () => Promise.reject(new Error('no server is asked')),
    });
    const { verdict, violations = [], exempted = [], not_evaluated = [] } = row.expected;
    const known = (found: object) => {
      const { commit, ...fields } = found as { commit?: string | null };
      // Receipts of other commits are all on one here.
      return commit != null && oids.has(commit) ? { ...fields, commit: oids.get(commit) } : fields;
    };
    t.is(result.verdict, verdict, row.name);
    t.is(result.violations.length, violations.length, `${row.name}: ${JSON.stringify(result.violations)}`);
    for (const [i, expected] of violations.entries()) t.like(result.violations[i], known(expected), row.name);
    t.is(result.exempted.length, exempted.length, row.name);
    t.deepEqual(
      result.not_evaluated.map(({ policy }) => policy),
      not_evaluated,
      row.name,
    );
  }
});

function policyFile(policies: readonly Policy[]): string {
  return policies.length === 0
    ? 'policies = []\n'
    : stringify({ policies: policies.map(({ id: _, version: __, ...policy }) => policy) });
}

/** Makes the commits of a row; answers their real names by those in the table. */
async function build(clone: TestClone, { change }: ConformanceCase): Promise<Map<string, string>> {
  const oids = new Map<string, string>();
  if (change.receipts.length > 0) {
    const commit = await commitAsDev(clone, { 'README.md': '# App\n' }, 'Change');
    await clone.note('blameprompt', commit, blamePromptNote(...change.receipts.map(recorded)));
  }
  for (const [n, commit] of change.commits.entries()) {
    const files = (commit.files ?? []).map(({ path, added, ai }) => ({ path, added, ai }));
    const placed = files.reduce((sum, { ai }) => sum + countLines(parseLines(ai) ?? []), 0);
    const rest = (commit.lines?.ai ?? 0) - placed;
    const others = commit.lines!.added - files.reduce((sum, { added }) => sum + added, 0);
    files.push({ path: `lib/rest${n}.txt`, added: others, ai: rest > 0 ? `1-${rest}` : '' });
    const contents = files.map(({ path, added }) => [path, lines(added, `line of ${n}`)]);
    const message = commit.ai_involved ? 'Change\n\nCo-authored-by: Claude <noreply@anthropic.com>' : 'Change';
    const oid = await commitAsDev(clone, Object.fromEntries(contents), message);
    oids.set(commit.commit, oid);
    const withAi = files.filter(({ ai }) => ai !== '');
    const note = gitAiNote(Object.fromEntries(withAi.map(({ path, ai }) => [path, ai])));
    if (withAi.length > 0) await clone.note('ai', oid, note);
    else if (commit.has_receipts)
      await clone.note('blameprompt', oid, blamePromptNote(recorded({ id: oid.slice(0, 32) })));
  }
  return oids;
}

/** By the one that the table's commits and receipts are by. */
async function commitAsDev(clone: TestClone, files: Record<string, string>, message: string): Promise<string> {
  await clone.commit(files, message);
  await clone.git('commit', '--quiet', '--amend', '--no-edit', '--author=Dev <dev@example.com>');
  return clone.git('rev-parse', 'HEAD');
}

/** A receipt as BlamePrompt writes it. */
function recorded(receipt: Partial<EvaluatedReceipt>): object {
  const { id, timestamp, provider, model, cost_usd, user_name, user_email, attributions } = receipt;
  const files = (attributions ?? []).flatMap(({ path, lines: text }) =>
    path == null ? [] : (parseLines(text ?? '') ?? [[0, 0]]).map((line_range) => ({ path, line_range })),
  );
  const user = `${user_name ?? ''} <${user_email ?? ''}>`;
  return { id, timestamp, provider, model, cost_usd, user, session_id: id, prompt_hash: 'x', files_changed: files };
}
