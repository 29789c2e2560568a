import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { factsOf } from './commit-facts.js';
import { type HistoryRange, walkHistory } from './history.js';
import type { Repository } from './repository.js';

const run = promisify(execFile);

/** No test sees the configuration of whoever runs it: neither git here nor the code under test. */
const home = mkdtempSync(join(tmpdir(), 'blameprompt-home-'));
mkdirSync(join(home, '.config'));
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
process.env.HOME = home;
process.env.XDG_CONFIG_HOME = join(home, '.config');
process.env.GIT_CONFIG_NOSYSTEM = '1';
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Files of one commit; null deletes. Paths are bytes in latin1, so that odd ones can be written. */
export type Changes = Record<string, string | Buffer | null>;

export interface CommitOptions {
  /** Unix seconds; otherwise an hour after the commit before. */
  time?: number;
  branch?: string;
  /** Author, in latin1. */
  author?: string;
  encoding?: string;
  message?: string;
  /** Full parents, instead of the branch's tip. */
  parents?: string[];
  /** `100755`, `120000`, `160000` for the paths that are not plain files. */
  modes?: Record<string, string>;
}

/** A repository in a temporary folder, driven by the git on PATH. */
export class RealGit {
  readonly dir: string;
  #time = 1_700_000_000;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Output without the line end. */
  async git(...args: string[]): Promise<string> {
    return (await this.gitWith({}, ...args)).toString('utf8').replace(/\n$/, '');
  }

  async gitWith(
    options: { input?: string | Buffer; env?: Record<string, string> },
    ...args: string[]
  ): Promise<Buffer> {
    const running = run('git', args, {
      cwd: this.dir,
      env: { ...process.env, ...IDENTITY, ...options.env },
      encoding: 'buffer',
      maxBuffer: 1 << 28,
    });
    // Git may end before it has read everything: its exit code tells.
    running.child.stdin?.on('error', () => {}).end(options.input ?? '');
    return (await running).stdout;
  }

  /** Writes a commit without touching a work tree or an index, with `git fast-import`, which takes any bytes. */
  async commit(changes: Changes, options: CommitOptions = {}): Promise<string> {
    const { branch = 'main', author = 'Ada Example <ada@example.com>', message = 'A commit\n', parents } = options;
    this.#time = options.time ?? this.#time + 3600;
    const ref = `refs/heads/${branch}`;
    const tips = parents ?? (await this.git('for-each-ref', '--format=%(objectname)', ref)).split('\n').filter(Boolean);
    const parts: (string | Buffer)[] = [
      `commit ${ref}\nauthor ${author} ${this.#time} +0000\ncommitter Ada Example <ada@example.com> ${this.#time} +0000\n`,
      options.encoding === undefined ? '' : `encoding ${options.encoding}\n`,
      `data ${Buffer.byteLength(message)}\n${message}\n`,
      ...tips.map((tip, i) => `${i === 0 ? 'from' : 'merge'} ${tip}\n`),
    ];
    for (const [path, content] of Object.entries(changes)) {
      const mode = options.modes?.[path] ?? '100644';
      if (content === null) parts.push(`D ${quote(path)}\n`);
      else if (mode === '160000') parts.push(`M ${mode} ${content} ${quote(path)}\n`);
      else parts.push(`M ${mode} inline ${quote(path)}\ndata ${Buffer.byteLength(content)}\n`, content, '\n');
    }
    if (tips.length === 0) parts.unshift(`reset ${ref}\n`);
    const input = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
    await this.gitWith({ input }, 'fast-import', '--quiet', '--force');
    return this.git('rev-parse', ref);
  }

  async blob(content: string | Buffer): Promise<string> {
    return (await this.gitWith({ input: content }, 'hash-object', '-w', '--stdin')).toString().trim();
  }

  /** Where an object of few is: neither `blob` nor `commit` pack them. */
  loosePath(oid: string): string {
    return join(this.dir, '.git/objects', oid.slice(0, 2), oid.slice(2));
  }

  async forget(oid: string): Promise<void> {
    await rm(this.loosePath(oid));
  }

  /** Sets a notes ref to exactly these paths, so that any fan-out can be had; answers its tip. */
  async notes(ref: string, entries: Record<string, string | Buffer>, time = this.#time): Promise<string> {
    const oids = Object.entries(entries).map(async ([path, text]) => `100644 ${await this.blob(text)}\t${path}`);
    const env = { GIT_INDEX_FILE: join(this.dir, 'notes-index'), ...dates(time) };
    await rm(env.GIT_INDEX_FILE, { force: true });
    await this.gitWith({ env, input: (await Promise.all(oids)).join('\n') }, 'update-index', '--add', '--index-info');
    const tree = (await this.gitWith({ env }, 'write-tree')).toString().trim();
    const old = (await this.git('for-each-ref', '--format=%(objectname)', ref)).split('\n').filter(Boolean);
    const args = ['commit-tree', '-m', 'Notes', ...old.flatMap((oid) => ['-p', oid]), tree];
    const tip = (await this.gitWith({ env }, ...args)).toString().trim();
    await this.git('update-ref', ref, tip);
    return tip;
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.dir, path)), { recursive: true });
    await writeFile(join(this.dir, path), content);
  }
}

/** A folder that is gone when the test is. */
export async function tempFolder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'blameprompt-git-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export async function newRepository(t: ExecutionContext, ...initOptions: string[]): Promise<RealGit> {
  const real = new RealGit(await tempFolder(t));
  await real.git('init', '--quiet', '--initial-branch=main', ...initOptions);
  return real;
}

/** A clone that has all commits and trees, and only the blobs of the checked-out commit, if any. */
export async function partialClone(t: ExecutionContext, from: RealGit, ...options: string[]): Promise<RealGit> {
  await from.git('config', 'uploadpack.allowFilter', 'true');
  const clone = new RealGit(await tempFolder(t));
  await clone.git('clone', '--quiet', '--filter=blob:none', ...options, `file://${from.dir}`, '.');
  return clone;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export function dates(time: number): Record<string, string> {
  return { GIT_AUTHOR_DATE: `${time} +0000`, GIT_COMMITTER_DATE: `${time} +0000` };
}

function quote(path: string): string {
  return `"${path.replace(/["\\\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))}"`;
}

export type FactsOptions = HistoryRange & { isIgnored?: (path: string) => boolean };

/** The facts of every commit in a range. */
export function commitFacts(repo: Repository, { isIgnored, ...range }: FactsOptions) {
  return factsOf(repo, () => walkHistory(repo, range), isIgnored);
}
