import type { CommitInfo } from './commits.js';
import { exitError, startGit } from './process.js';
import { Questions } from './questions.js';
import type { Repository } from './repository.js';

/** Reads what git prints for marked commits; `A` is the answer for one of them. */
export interface MarkedParser<A> {
  /** Takes the next bytes; answers the commits that are complete with them. */
  push(chunk: Buffer): A[];
  /** The commit begun last, if any: complete if git ended well, else the one it died over. */
  end(): A[];
}

export type Diffed<A> = { commit: CommitInfo; answer: A } | { commit: CommitInfo; reason: string };

/**
 * Runs one `git diff-tree --stdin` over any number of commits, each against its first parent. Merges and commits that
 * `skip` names are only marked: their answer is empty.
 *
 * Git dies over a commit when an object it needs is not there or damaged. That commit is answered with git's reason, and
 * a new process goes on after it: as many processes as there are such commits, and one.
 */
export async function* diffCommits<A extends { commit: string }>(
  repo: Repository,
  commits: Iterable<CommitInfo> | AsyncIterable<CommitInfo>,
  options: { format: readonly string[]; skip: ReadonlyMap<string, string>; newParser: () => MarkedParser<A> },
): AsyncGenerator<Diffed<A>> {
  const args = ['diff-tree', '--stdin', '--root', '-r', '--no-commit-id', '--no-color', ...options.format];
  const questions = new Questions(commits, (commit) => question(commit, options.skip));
  const answered = (answer: A) => {
    const commit = questions.answered();
    if (commit.oid !== answer.commit) throw new Error(`git answered ${answer.commit} when asked for ${commit.oid}`);
    return { commit, answer };
  };
  try {
    do {
      const git = startGit(repo, args);
      const asking = questions.ask(git);
      try {
        const parser = options.newParser();
        for await (const chunk of git.stdout) {
          for (const answer of parser.push(chunk)) yield answered(answer);
        }
        await asking;
        const exit = await git.exit;
        const last = parser.end();
        if (exit.code === 0) for (const answer of last) yield answered(answer);
        questions.reopen();
        if (exit.code === 0) continue;
        const culprit = last.length > 0 && exit.signal === null ? questions.giveUp() : undefined;
        if (!culprit || culprit.oid !== last[0]?.commit) throw exitError(args, exit);
        yield { commit: culprit, reason: exit.stderr.trim().split('\n').at(-1) || 'git could not compare it' };
      } finally {
        await git.stop();
      }
    } while (!questions.done);
  } finally {
    await questions.close();
  }
}

/**
 * Git repeats a line that is no object name, and does so between its answers. So a line of ours before every commit
 * marks where its answer begins, also that of a commit without changes or of one that git is not asked about.
 */
function question(commit: CommitInfo, skip: ReadonlyMap<string, string>): string {
  const mark = `#${commit.oid}\n`;
  return commit.parents.length > 1 || skip.has(commit.oid) ? mark : `${mark}${commit.oid}\n`;
}
