import { type SimpleGit, simpleGit } from 'simple-git';
import { type Environment, NEUTRAL_CONFIG, safeDirectories } from './environment.js';
import { gitFailed } from './errors.js';

/**
 * simple-git for the small questions: it starts the process, collects the answer and parses configuration. It holds
 * whole answers in memory, so what can be long is streamed instead (process.ts).
 *
 * Its guards against dangerous arguments stay on, except for what we set ourselves: the configuration files the user
 * chose, git's own program directory, and the two settings that switch programs off.
 */
export function smallQuestions(directory: string, env: Environment): SimpleGit {
  return simpleGit({
    baseDir: directory,
    config: [...NEUTRAL_CONFIG, ...safeDirectories()],
    allowEnvironment: Object.keys(env).filter((name) => name.startsWith('GIT_')),
    unsafe: {
      allowUnsafeConfigPaths: true,
      allowUnsafeExec: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
    },
    completion: { onClose: true, onExit: false },
  }).env(env);
}

/**
 * The lines of one short answer. Ask only commands that print something when they find something: simple-git takes a
 * failure without words (`rev-parse --verify --quiet` of a missing ref) for success with an empty answer.
 */
export async function askLines(git: SimpleGit, args: readonly string[]): Promise<string[]> {
  try {
    const answer = await git.raw([...args]);
    return answer === '' ? [] : answer.replace(/\n$/, '').split('\n');
  } catch (error) {
    throw gitFailed(args[0] ?? '', error instanceof Error ? error.message : String(error), error);
  }
}
