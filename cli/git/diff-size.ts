import { askLines, smallQuestions } from './ask.js';
import type { Repository } from './repository.js';

/**
 * How much differs between two commits, binary files without lines:
 *
 *      3 files changed, 10 insertions(+), 2 deletions(-)
 */
export async function diffSize(repo: Repository, from: string, to: string) {
  const options = ['-r', '--shortstat', '--find-renames=50%', '-l1000', '--no-ext-diff', '--no-textconv'];
  const [line = ''] = await askLines(smallQuestions(repo.gitDir, repo.environment), [
    'diff-tree',
    ...options,
    from,
    to,
  ]);
  const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0);
  return { files: count('file'), added: count('insertion'), deleted: count('deletion') };
}
