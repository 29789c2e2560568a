import { askLines, smallQuestions } from './ask.js';
import { commitInfo } from './commits.js';
import { GitError } from './errors.js';
import type { HistoryRange } from './history.js';
import type { Repository } from './repository.js';

/**
 * What a user calls a commit or a range, as git understands it: `HEAD~2` is that one commit, `main..feature` and
 * `v1..` are ranges. `a...b` (either side, not both) is refused: it is no stretch of history.
 */
export async function resolveRange(repo: Repository, text: string): Promise<HistoryRange> {
  if (text.includes('...')) throw noSuchRevision(text);
  const dots = text.indexOf('..');
  if (dots >= 0) {
    const exclude = await resolveCommit(repo, text.slice(0, dots) || 'HEAD');
    return { tip: await resolveCommit(repo, text.slice(dots + 2) || 'HEAD'), exclude: [exclude] };
  }
  const tip = await resolveCommit(repo, text);
  const git = smallQuestions(repo.gitDir, repo.environment);
  const [line = ''] = await askLines(git, ['rev-list', '--parents', '--max-count=1', tip]);
  return { tip, exclude: line.split(' ').slice(1) };
}

/** The commit that a name stands for, tags followed to the end. */
export async function resolveCommit(repo: Repository, name: string): Promise<string> {
  const git = smallQuestions(repo.gitDir, repo.environment);
  const lines = await askLines(git, ['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`]).catch(
    (cause) => {
      throw noSuchRevision(name, cause);
    },
  );
  const oid = lines.at(-1) ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(oid)) throw noSuchRevision(name);
  return oid;
}

/** The commits that revisions stand for, without oids that are no commit of this clone: nothing can be reached from them. */
export async function knownCommits(repo: Repository, revisions: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const isOid = (text: string) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
  for (const name of revisions.filter((text) => !isOid(text))) found.push(await resolveCommit(repo, name));
  for await (const commit of commitInfo(repo, revisions.filter(isOid))) {
    if (!('missing' in commit)) found.push(commit.oid);
  }
  return found;
}

function noSuchRevision(name: string, cause?: unknown): GitError {
  return new GitError(
    'no-such-revision',
    `"${name}" is no commit of this repository`,
    'Name a commit (HEAD, a tag, an oid) or a range such as main..HEAD',
    cause,
  );
}
