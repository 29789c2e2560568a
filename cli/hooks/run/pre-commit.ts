import { readBundle } from '../../policy/cached-bundle.js';
import { judgeOffline } from '../../policy/judge-offline.js';
import { enforce, sayBundleFault } from './enforce.js';
import { readStaged } from './staged.js';

/**
 * Judges the receipts of what is about to be committed by the clone's own bundle and answers the exit code. Runs before every
 * commit that has any: node's own modules, the evaluator and little else are loaded. `files`: the staging files.
 */
export async function preCommit(state: string, files: readonly string[]): Promise<number> {
  const found = await readBundle(state, process.env);
  if (!found) return 0;
  if ('reason' in found) return sayBundleFault(state, found.reason);
  const { receipts, unreadable } = await readStaged(files, process.cwd());
  const verdict = judgeOffline(found.bundle, { receipts, commits: [] }, { unreadable });
  return enforce(verdict, found.bundle, 'commit', state);
}
