import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { factsOf } from '../cli/git/commit-facts.js';
import { openRepository, type Repository } from '../cli/git/repository.js';
import { planSync } from '../cli/sync/plan.js';
import type { TypedBatch } from '../shared/api/receipts.js';
import { interleave, round, time } from './measure.js';

const CLI = fileURLToPath(new URL('../cli/bin.js', import.meta.url));

const NUMSTAT = ['log', '--no-walk=unsorted', '--stdin', '--numstat', '-M', '--format=%H'];

/**
 * A sync with nothing new against a bare `node -e 0`, and a first sync (notes, history, sending) against
 * `git log --numstat` of the commits whose lines it counts. The server only reads what it is sent: storing it is the
 * business of `ingest`.
 */
export async function benchSync(repo: string) {
  const folder = await mkdtemp(join(tmpdir(), 'bp-bench-'));
  const sink = createServer(async (req, res) => {
    if (req.method === 'GET') {
      res.end(JSON.stringify({ settings: { privacy: { prompts: 'summary' }, ignore: [] } }));
      return;
    }
    const batch = (await json(
      req.headers['content-encoding'] === 'gzip' ? req.pipe(createGunzip()) : req,
    )) as TypedBatch;
    const inserted = batch.receipts.length;
    const commits = { received: batch.commits.length, inserted: batch.commits.length, updated: 0 };
    res.end(JSON.stringify({ received: inserted, inserted, duplicates: 0, amended: 0, rejected: [], commits }));
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  try {
    const repository = await openRepository(repo);
    const clone = join(folder, 'clone.git');
    await cp(repository.commonDir, clone, { recursive: true });
    const commits = await countedCommits(repository);
    const list = join(folder, 'commits');
    await writeFile(list, commits.join('\n'));
    await mkdir(join(folder, 'home'));
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    const env = {
      ...process.env,
      HOME: join(folder, 'home'),
      XDG_CONFIG_HOME: '',
      BLAMEPROMPT_API_URL: url,
      BLAMEPROMPT_API_KEY: 'bench',
    };
    const sync = (...args: string[]) =>
      time(process.execPath, [CLI, 'enterprise', 'sync', '-C', clone, '--json', ...args], { env });
    const { first, numstat } = await interleave(3, {
      first: async () => (await sync('--full')).seconds,
      numstat: async () => (await time('git', ['-C', repository.gitDir, ...NUMSTAT], { input: list })).seconds,
    });
    const { nothing, node } = await interleave(15, {
      nothing: async () => (await sync()).seconds,
      node: async () => (await time(process.execPath, ['-e', '0'])).seconds,
    });
    return {
      rows: [
        ['node -e 0 (the limit)', `${round(node * 1000)} ms`, '1'],
        ['sync with nothing new', `${round(nothing * 1000)} ms`, `${round(nothing / node)}`],
        [`git log --numstat of ${commits.length} commits (the limit)`, `${round(numstat)} s`, '1'],
        ['first sync: notes, commits, sending', `${round(first)} s`, `${round(first / numstat)}`],
      ],
      result: {
        bench: 'sync',
        ratio_to_limit: round(nothing / node),
        first_sync_to_numstat: round(first / numstat),
        first_sync_seconds: round(first),
        commits: commits.length,
        nothing_new_ms: round(nothing * 1000, 0),
        node_ms: round(node * 1000, 0),
      },
    };
  } finally {
    sink.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The commits whose lines a first sync counts: without merges and without those that git cannot compare. */
async function countedCommits(repository: Repository): Promise<string[]> {
  const settings = {
    repo: 'bench',
    prompts: 'summary' as const,
    ignore: [],
    defaultBranch: undefined,
    team: undefined,
    only: undefined,
  };
  const plan = await planSync(repository, { ...settings, trailers: true }, undefined);
  const commits: string[] = [];
  for await (const fact of factsOf(repository, () => plan?.commits.values() ?? [])) {
    if (!('reason' in fact) && !fact.isMerge) commits.push(fact.oid);
  }
  return commits;
}
