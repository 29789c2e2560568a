import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { NEUTRAL_CONFIG } from './environment.js';
import { gitFailed, gitMissing } from './errors.js';
import type { Repository } from './repository.js';

/** Enough for every message of git's that we have seen; a flood of warnings keeps its end, where the fatal line is. */
const STDERR_LIMIT = 8192;

export interface Exit {
  /** Null when a signal ended it. */
  code: number | null;
  signal: string | null;
  stderr: string;
}

/** A running git whose output is read as it comes: nothing is buffered beyond the pipes. */
export interface GitProcess {
  readonly stdout: AsyncIterable<Buffer>;
  /** Resolves when more may be written; at once when git is gone, whose exit code then says why. */
  write(text: string): Promise<void>;
  end(): void;
  readonly exit: Promise<Exit>;
  /** False as soon as writing makes no sense any more. */
  readonly listening: boolean;
  /** Ends it if it still runs, and waits for that: no process outlives its reader. */
  stop(): Promise<void>;
}

/** Starts git in the repository's git directory, away from the work tree's attributes and the index. */
export function startGit(repo: Repository, args: readonly string[]): GitProcess {
  const options = ['--no-pager', ...NEUTRAL_CONFIG.flatMap((setting) => ['-c', setting])];
  const child = spawn('git', [...options, ...args], {
    cwd: repo.gitDir,
    env: repo.environment,
    stdio: 'pipe',
    windowsHide: true,
  });
  let exited = false;
  const exit = exitOf(child);
  const note = () => {
    exited = true;
  };
  const gone = exit.then(note, note);
  // EPIPE: git ended before it read all. Its exit code tells the reader.
  child.stdin.on('error', () => {});
  const listening = () => !exited && child.stdin.writable;
  return {
    stdout: child.stdout,
    async write(text) {
      if (!listening() || child.stdin.write(text)) return;
      const cancel = new AbortController();
      const drained = once(child.stdin, 'drain', { signal: cancel.signal }).catch(() => {});
      await Promise.race([drained, gone]);
      cancel.abort();
    },
    end: () => void child.stdin.end(),
    exit,
    get listening() {
      return listening();
    },
    async stop() {
      if (!exited) child.kill();
      // All pipes: where git is a wrapper, the git it started may hold them open for a while.
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      await gone;
    },
  };
}

/** Streams the output of one git command and throws if it fails; git is ended when the reader stops early. */
export async function* readGit(repo: Repository, args: readonly string[]): AsyncGenerator<Buffer> {
  const git = startGit(repo, args);
  try {
    git.end();
    yield* git.stdout;
    await succeeded(git, args);
  } finally {
    await git.stop();
  }
}

/** Waits for the end and throws unless it was a good one. */
export async function succeeded(git: GitProcess, args: readonly string[]): Promise<void> {
  const exit = await git.exit;
  if (exit.code !== 0) throw exitError(args, exit);
}

export function exitError(args: readonly string[], exit: Exit): Error {
  const how = exit.signal === null ? exit.stderr : `ended by ${exit.signal}\n${exit.stderr}`;
  return gitFailed(args[0] ?? '', how);
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<Exit> {
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LIMIT);
  });
  const exit = new Promise<Exit>((resolve, reject) => {
    child.on('error', (cause) => reject(gitMissing(cause)));
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  // Every reader awaits it in the end; until then a failed start must not count as unhandled.
  exit.catch(() => {});
  return exit;
}
