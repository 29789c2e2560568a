import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { stableId } from '../../shared/ids.js';
import { percentage } from '../../shared/percentage.js';
import { loadSettings } from '../config/settings.js';
import { newRepository, type RealGit } from '../git/real-git.test.support.js';
import { openRepository } from '../git/repository.js';
import { type Commit, history, type Said } from './histories.test.support.js';
import { countSlowly } from './reference.test.support.js';
import { computeStats } from './stats.js';

test('for any history and notes of two recorders the numbers are those of looking at every line', async (t) => {
  t.timeout(240_000);
  await fc.assert(
    fc.asyncProperty(history, async (commits) => {
      const expected = countSlowly(commits);
      fc.pre(expected !== undefined);
      const real = await newRepository(t);
      await write(real, commits);
      const stats = await computeStats(
        await openRepository(real.dir),
        await loadSettings(undefined, {}, {}),
        undefined,
      );
      const { commits: count, commits_with_receipts, merges } = stats;
      const { added_by_bots: _, ...lines } = stats.lines;
      const actual = { commits: count, commits_with_receipts, merges, lines };
      if (!isDeepStrictEqual(actual, expected))
        throw new Error(`${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
      const byTool = stats.by_tool.reduce((sum, tool) => sum + tool.lines, 0);
      if (
        byTool !== lines.ai ||
        stats.ai_code_percentage !== percentage(lines.ai, lines.added) ||
        stats.unreadable.length > 0
      )
        throw new Error(JSON.stringify(stats));
    }),
    { numRuns: 40 },
  );
  t.pass();
});

/** The history and its notes with one `git fast-import`. */
async function write(real: RealGit, commits: readonly Commit[]): Promise<void> {
  const parts: string[] = [];
  const data = (text: string) => parts.push(`data ${Buffer.byteLength(text)}\n${text}\n`);
  const head = (ref: string, time: number) =>
    parts.push(`commit ${ref}\n`, `committer Ada <ada@example.com> ${time} +0000\n`);
  for (const { mark, parents, branch, time, files } of commits) {
    parts.push(`commit refs/heads/${branch}\nmark :${mark}\ncommitter Ada <ada@example.com> ${time} +0000\n`);
    data(`Commit ${mark}`);
    for (const [i, parent] of parents.entries()) parts.push(`${i === 0 ? 'from' : 'merge'} :${parent.mark}\n`);
    parts.push('deleteall\n');
    for (const [path, lines] of files) {
      parts.push(`M 100644 inline ${path}\n`);
      data(lines.map((line) => `${line}\n`).join(''));
    }
  }
  for (const [ref, source, note] of [
    ['refs/notes/ai', 'git-ai', gitAiNote],
    ['refs/notes/blameprompt', 'blameprompt', blamePromptNote],
  ] as const) {
    for (const { mark, said } of commits) {
      const own = said.filter((one) => one.source === source);
      if (own.length === 0) continue;
      head(ref, 1_800_000_000 + mark);
      data('Notes');
      parts.push(`N inline :${mark}\n`);
      data(note(own));
    }
  }
  await real.gitWith({ input: parts.join('') }, 'fast-import', '--quiet');
}

const KEYS = { claude: 's_0123456789abcd::t_aaaaaaaaaaaaaa', cursor: '0f1e2d3c4b5a6978', human: 'h_fedcba98765432' };

function gitAiNote(said: readonly Said[]): string {
  const entries = said.map(
    ({ path, by, start, end }) => `${path.includes(' ') ? `"${path}"` : path}\n  ${KEYS[by]} ${start}-${end}\n`,
  );
  const agent = (tool: string) => ({ agent_id: { tool, id: `id of ${tool}`, model: null } });
  const metadata = {
    schema_version: 'authorship/3.0.0',
    sessions: said.some(({ by }) => by === 'claude') ? { s_0123456789abcd: agent('claude') } : {},
    prompts: said.some(({ by }) => by === 'cursor') ? { '0f1e2d3c4b5a6978': agent('cursor') } : {},
  };
  return `${entries.join('')}---\n${JSON.stringify(metadata)}`;
}

/** It knows AI only: what the history says of people is a receipt, too. */
function blamePromptNote(said: readonly Said[]): string {
  const receipts = said.map(({ path, by, start, end }, n) => ({
    id: stableId('test', `${n}`),
    provider: by === 'human' ? 'codex' : by,
    files_changed: [{ path, line_range: [start, end] }],
  }));
  return JSON.stringify({ blameprompt_version: '1.0.1', receipts });
}
