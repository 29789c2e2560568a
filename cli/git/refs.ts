import { askLines, smallQuestions } from './ask.js';
import type { Repository } from './repository.js';

export interface Ref {
  /** Full: `refs/notes/ai`. */
  name: string;
  oid: string;
  type: string;
}

/**
 * Refs by full name or by prefix ending at a slash, in the order of their names. Only those that are asked for: public
 * repositories have hundreds of notes refs that are not ours to read.
 *
 *     refs/notes/ai 29b24f778d00df39c5d8c84dceb9db687148cce1 commit
 */
export async function listRefs(repo: Repository, patterns: readonly string[]): Promise<Ref[]> {
  if (patterns.length === 0) return [];
  const git = smallQuestions(repo.gitDir, repo.environment);
  const lines = await askLines(git, [
    'for-each-ref',
    '--format=%(refname) %(objectname) %(objecttype)',
    ...patterns.map((pattern) => pattern.replace(/\/$/, '')),
  ]);
  return lines.map((line) => {
    const [name = '', oid = '', type = ''] = line.split(' ');
    return { name, oid, type };
  });
}
