import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listNotes } from '../cli/git/notes.js';
import { openRepository } from '../cli/git/repository.js';
import { listNotesRefs } from '../cli/sync/notes-refs.js';
import { interleave, round, time } from './measure.js';

const READER = fileURLToPath(new URL('./read-notes.js', import.meta.url));
const ROUNDS = 5;
const PEER_SAMPLE = 200;

/**
 * Reading every note against the limit: one `git cat-file --batch --buffer` of the same blobs into /dev/null. The peer
 * asks `git notes show` for each commit, as BlamePrompt's own sync does; a sample of them is timed and scaled up.
 */
export async function benchNotes(repo: string) {
  const repository = await openRepository(repo);
  const blobs = new Set<string>();
  const annotated: { ref: string; commit: string }[] = [];
  for (const { name, oid, notes } of await listNotesRefs(repository)) {
    for await (const entry of notes ?? listNotes(repository, oid)) {
      if (!('blob' in entry)) continue;
      blobs.add(entry.blob);
      if (!notes) annotated.push({ ref: name, commit: entry.commit }); // git notes can show these only
    }
  }
  const list = join(await mkdtemp(join(tmpdir(), 'bp-bench-')), 'oids');
  await writeFile(list, `${[...blobs].join('\n')}\n`);
  const step = Math.max(1, Math.floor(annotated.length / PEER_SAMPLE));
  const sample = annotated.filter((_, n) => n % step === 0).slice(0, PEER_SAMPLE);
  let report = { notes: 0, receipts: 0, unreadable: 0, peak_rss_mb: 0 };
  let peak = 0;
  const git = (args: string[]) => time('git', ['-C', repository.gitDir, ...args], { input: list });
  const { limit, pipe, ours, peer } = await interleave(ROUNDS, {
    limit: async () => (await git(['cat-file', '--batch', '--buffer'])).seconds,
    pipe: async () =>
      (
        await time('sh', ['-c', 'git cat-file --batch --buffer | cat >/dev/null'], {
          cwd: repository.gitDir,
          input: list,
        })
      ).seconds,
    ours: async () => {
      const { seconds, stdout } = await time(process.execPath, [READER, repo], { keep: true });
      report = JSON.parse(stdout);
      peak = Math.max(peak, report.peak_rss_mb);
      return seconds;
    },
    peer: async () => {
      const started = performance.now();
      for (const { ref, commit } of sample) {
        execFileSync('git', ['-C', repository.gitDir, 'notes', `--ref=${ref}`, 'show', commit], { stdio: 'ignore' });
      }
      return ((performance.now() - started) / 1000 / sample.length) * annotated.length;
    },
  });
  return {
    rows: [
      ['git cat-file > /dev/null (the limit)', `${round(limit)} s`, '1'],
      ['git cat-file | cat', `${round(pipe)} s`, `${round(pipe / limit)}`],
      ['read, parse and normalise (node process)', `${round(ours)} s`, `${round(ours / limit)}`],
      ['git notes show for each commit (scaled)', `${round(peer)} s`, `${round(peer / limit)}`],
    ],
    result: {
      bench: 'notes',
      ratio_to_limit: round(ours / limit),
      ratio_to_pipe: round(ours / pipe),
      ratio_to_peer: round(peer / ours),
      seconds: round(ours),
      limit_seconds: round(limit),
      ...report,
      peak_rss_mb: peak,
    },
  };
}
