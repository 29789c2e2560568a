import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRepository } from '../cli/git/repository.js';
import { interleave, round, time } from './measure.js';

const CLI = fileURLToPath(new URL('../cli/bin.js', import.meta.url));
const COMMITS = 200;

const POLICIES = `
[[policies]]
name = "models"
[policies.rule]
blocked_models = ["gpt-3*", "*-preview"]

[[policies]]
name = "review"
[policies.rule]
require_review_above = 1000000

[[policies]]
name = "keys"
[policies.rule]
forbidden_paths = ["crypto/**", "*.pem"]
`;

/**
 * The gate over the last 200 commits against `git log -p` of them: with the start of the program, which is most of it where
 * commits are small, and without, as the difference to a gate that has no commits to judge.
 */
export async function benchGate(repo: string) {
  const { gitDir } = await openRepository(repo);
  const folder = await mkdtemp(join(tmpdir(), 'bp-bench-'));
  try {
    const list = execFileSync('git', ['-C', gitDir, 'rev-list', `--max-count=${COMMITS}`, 'HEAD'], {
      encoding: 'utf8',
    });
    const oids = list.trim().split('\n');
    const parents = execFileSync('git', ['-C', gitDir, 'rev-list', '--max-count=1', '--parents', oids.at(-1)!], {
      encoding: 'utf8',
    });
    const base = parents.trim().split(' ')[1] ?? oids.at(-1)!;
    const policies = join(folder, 'policies.toml');
    await writeFile(policies, POLICIES);
    let commits = 0;
    const run = (from: string) => {
      const range = ['-C', repo, '--base', from, '--policies', policies];
      return time(process.execPath, [CLI, 'enterprise', 'gate', ...range, '--no-fetch', '--json'], { keep: true });
    };
    const { gate, empty, log, node } = await interleave(9, {
      gate: async () => {
        const { seconds, stdout } = await run(base);
        commits = JSON.parse(stdout).commits;
        return seconds;
      },
      empty: async () => (await run('HEAD')).seconds,
      log: async () => (await time('git', ['-C', gitDir, 'log', '-p', `${base}..HEAD`])).seconds,
      node: async () => (await time(process.execPath, ['-e', '0'])).seconds,
    });
    return {
      rows: [
        [`git log -p of ${commits} commits (the limit)`, `${round(log * 1000, 0)} ms`, '1'],
        ['gate', `${round(gate * 1000, 0)} ms`, `${round(gate / log)}`],
        ['gate of no commits', `${round(empty * 1000, 0)} ms`, `${round(empty / log)}`],
        ['the difference', `${round((gate - empty) * 1000, 0)} ms`, `${round((gate - empty) / log)}`],
        ['node -e 0', `${round(node * 1000, 0)} ms`, `${round(node / log)}`],
      ],
      result: {
        bench: 'gate',
        ratio_to_limit: round(gate / log),
        ratio_without_start: round((gate - empty) / log),
        commits,
        gate_ms: round(gate * 1000, 0),
        limit_ms: round(log * 1000, 0),
        node_ms: round(node * 1000, 0),
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
