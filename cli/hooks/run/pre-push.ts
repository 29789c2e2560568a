import { text } from 'node:stream/consumers';
import type { Bundle } from '../../../shared/policy/bundle.js';
import type { Change } from '../../../shared/policy/input.js';
import { loadSettings } from '../../config/settings.js';
import { openRepository } from '../../git/repository.js';
import { readBundle } from '../../policy/cached-bundle.js';
import { judgeCommits } from '../../policy/judge-commits.js';
import { judgeOffline, type OfflineVerdict } from '../../policy/judge-offline.js';
import { withoutKnown } from '../../policy/without-known.js';
import { enforce, sayBundleFault, sayOnce } from './enforce.js';
import { MAX_PUSHED, pushedRanges } from './pushed.js';

/**
 * Judges the commits that are about to be pushed, with the receipts of their notes, by the clone's own bundle; no server is
 * asked. `remote`: its name, or its address where it has none. What is pushed is read from standard input.
 */
export async function prePush(state: string, [remote = '']: readonly string[]): Promise<number> {
  const input = await text(process.stdin);
  const found = await readBundle(state, process.env);
  if (!found) return 0;
  if ('reason' in found) return sayBundleFault(state, found.reason);
  const { bundle } = found;
  const repository = await openRepository('.', { inHook: true });
  const settings = await loadSettings(repository.root, {}, process.env).catch(() => undefined);
  if (!settings) {
    const verdict = judgeOffline(
      bundle,
      { receipts: [], commits: [] },
      { unreadable: 'the configuration cannot be read' },
    );
    return enforce(verdict, bundle, 'push', state);
  }
  const ranges = await pushedRanges(repository, remote, input);
  if (!ranges) {
    await sayOnce(state, 'large-push', `not checked, more than ${MAX_PUSHED} commits are pushed`);
    return 0;
  }
  const verdicts: OfflineVerdict[] = [];
  const judge = (change: Change) => {
    verdicts.push(judgeOffline(withState(bundle, change), change));
    return verdicts.at(-1)!;
  };
  for (const range of ranges) await judgeCommits(repository, settings, range, judge);
  const violations = verdicts.flatMap((verdict) => verdict.violations);
  const fault = verdicts.find((verdict) => verdict.fault)?.fault ?? null;
  return enforce({ violations, fault }, bundle, 'push', state);
}

const withState = (bundle: Bundle, change: Change): Bundle => ({
  ...bundle,
  state: withoutKnown(bundle.state, bundle.policies, { ...change, repo: bundle.repo, teams: bundle.teams }),
});
