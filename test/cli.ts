import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';

export const CLI = fileURLToPath(new URL('../cli/bin.js', import.meta.url));
export const SERVER = fileURLToPath(new URL('../server/bin.js', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as JSON. */
  json: any;
}

/** A temporary folder that goes with the test. */
export async function temporaryFolder(t: Pick<ExecutionContext, 'teardown'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-cli-'));
  // A sync that a hook left in the background may still write into it.
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** Runs a built program as a process, with an environment that holds nothing of this machine's but PATH. */
export async function run(
  script: string,
  args: string[],
  { env = {}, cwd, input = '' }: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
    cwd,
  });
  child.stdin.on('error', () => {}); // a program that does not read its input closes it
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return {
    code,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout);
    },
  };
}

const execute = promisify(execFile);

/** A clone for tests: real git in a temporary folder, with an identity and a clock of its own. */
export class TestClone {
  readonly path: string;
  readonly home: string;
  #time = Date.parse('2026-02-14T10:00:00Z') / 1000;

  private constructor(path: string, home: string) {
    this.path = path;
    this.home = home;
  }

  static async create(
    t: Pick<ExecutionContext, 'teardown'>,
    remote = 'https://git.example.com/acme/shop.git',
  ): Promise<TestClone> {
    const folder = await temporaryFolder(t);
    const clone = new TestClone(join(folder, 'clone'), join(folder, 'home'));
    await mkdir(clone.path);
    await mkdir(clone.home);
    await clone.git('init', '--quiet', '--initial-branch=main');
    if (remote !== '') await clone.git('remote', 'add', 'origin', remote);
    return clone;
  }

  /** A clone of this one, made as `git clone` is told by the options. */
  async cloneTo(path: string, ...options: string[]): Promise<TestClone> {
    await this.git('clone', '--quiet', ...options, `file://${this.path}`, path);
    return new TestClone(path, this.home);
  }

  /** Runs git and answers its trimmed output. */
  async git(...args: string[]): Promise<string> {
    const date = `${this.#time} +0000`;
    const env = {
      PATH: process.env.PATH,
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada Example',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_COMMITTER_NAME: 'Ada Example',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    };
    const { stdout } = await execute('git', args, { cwd: this.path, env, maxBuffer: 100_000_000 });
    return stdout.trim();
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.path, path)), { recursive: true });
    await writeFile(join(this.path, path), content);
  }

  /** Writes files, commits them an hour after the commit before, and answers the commit. */
  async commit(files: Record<string, string>, message = 'Change'): Promise<string> {
    this.#time += 3600;
    for (const [path, content] of Object.entries(files)) await this.write(path, content);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  async note(ref: string, commit: string, note: unknown): Promise<void> {
    const file = join(this.home, 'note');
    await writeFile(file, typeof note === 'string' ? note : JSON.stringify(note));
    await this.git('notes', `--ref=${ref}`, 'add', '--force', '-F', file, commit);
  }
}

/** `count` lines of text. */
export const lines = (count: number, prefix = 'line') =>
  Array.from({ length: count }, (_, n) => `${prefix} ${n}\n`).join('');

/** A git-ai note in which one Claude session wrote the given lines. */
export function gitAiNote(files: Record<string, string>, session = '0123456789abcd', tool = 'claude'): string {
  const attestations = Object.entries(files).map(
    ([path, ranges]) => `${path}\n  s_${session}::t_aaaaaaaaaaaaaa ${ranges}\n`,
  );
  const metadata = {
    schema_version: 'authorship/3.0.0',
    git_ai_version: '1.4.5',
    base_commit_sha: '0'.repeat(40),
    prompts: {},
    sessions: {
      [`s_${session}`]: {
        agent_id: { tool, id: `id-${session}`, model: 'claude-opus-4-6' },
        human_author: 'Ada Example <ada@example.com>',
      },
    },
  };
  return `${attestations.join('')}---\n${JSON.stringify(metadata, null, 2)}\n`;
}

/** A BlamePrompt note with the given receipts. */
export const blamePromptNote = (...receipts: object[]) => ({ blameprompt_version: '1.0.1', receipts });
