import type { Verdict } from '../../shared/api/policies.js';
import { parseConfig } from '../config/files.js';
import { loadSettings, type SettingFlags, type Settings } from '../config/settings.js';
import { CliError, Exit } from '../errors.js';
import { diffSize } from '../git/diff-size.js';
import { GitError } from '../git/errors.js';
import { fetchRefs } from '../git/fetch-refs.js';
import { openRepository, type Repository } from '../git/repository.js';
import { readTreeFile } from '../git/tree-file.js';
import { type Judged, judgeCommits } from '../policy/judge-commits.js';
import { type Judge, judgeByPolicies } from '../policy/judges.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { privateRefs } from '../sync/private-refs.js';
import { locate } from './locate.js';
import { noticesOf } from './notices.js';
import { findRange, notInClone, type PullRange } from './range.js';
import { type GateResult, summary } from './result.js';

export interface GateOptions {
  directory: string;
  base: string | undefined;
  head: string | undefined;
  fetch: boolean;
  /** A policy file; undefined: the server judges. */
  policies: string | undefined;
  policiesFrom: 'base' | 'worktree';
  flags: SettingFlags;
  env: NodeJS.ProcessEnv;
  /** The judge of the server that the settings name. */
  server: (settings: Settings) => Promise<{ judge: Judge; described: string }>;
}

/**
 * Judges the commits of a pull request. Throws where nothing can be judged: CliError with exit code 2 for what whoever
 * called can correct, 4 for what is not there (history, notes, the server).
 */
export async function runGate(options: GateOptions): Promise<GateResult> {
  const started = performance.now();
  const repository = await openRepository(options.directory);
  const range = await findRange(repository, options, options.env);
  const settings = await settingsOfBase(repository, range, options);
  const { judge, described, notice } = await findJudge(repository, range, settings, options);
  if (options.fetch) await fetchOrFail(repository, settings);
  const judged = await judgeCommits(repository, settings, { base: range.base, head: range.head }, judge);
  const { verdict, commits, receipts, unreadable } = judged;
  if (repository.isShallow && unreadable.length > 0) throw notInClone('The history of the change is', repository);
  const places = await locate(repository, judged, verdict.violations);
  const result = {
    verdict: verdictOf(judged),
    repo: judged.repo,
    base: range.base,
    head: range.head,
    policies: described,
    ...summary(commits, receipts),
    diff: await sizeOf(repository, range),
    violations: verdict.violations.map((violation, n) => ({ ...violation, location: places[n]! })),
    exempted: verdict.exempted,
    not_evaluated: verdict.not_evaluated,
    skipped_notes: judged.skippedNotes,
    unreadable,
    duration_ms: Math.round(performance.now() - started),
  };
  return { ...result, notices: [...noticesOf(result), ...(notice === undefined ? [] : [notice])] };
}

/**
 * The project's settings as the base has them: names, ignored files and the server are not for the change to choose that is
 * judged by them.
 */
async function settingsOfBase(repository: Repository, { base }: PullRange, { flags, env }: GateOptions) {
  const path = '.blameprompt/config.toml';
  const text = await readTreeFile(repository, base, path);
  return loadSettings(text === undefined ? undefined : await parseConfig(text, `${path} of the base`), flags, env);
}

async function findJudge(
  repository: Repository,
  { base }: PullRange,
  settings: Settings,
  { policies: path, policiesFrom, server }: GateOptions,
): Promise<{ judge: Judge; described: string; notice?: string }> {
  if (path === undefined) {
    if (settings.apiUrl) return server(settings);
    throw new CliError(
      'no_policies',
      'There is nothing to judge by: name a policy file (--policies policies.toml) or a server (BLAMEPROMPT_API_URL and BLAMEPROMPT_API_KEY).',
    );
  }
  const file = await readPolicyFile(repository, path, policiesFrom === 'base' ? base : undefined);
  const { policies, described, isFallback } = file;
  const judge = await judgeByPolicies(policies);
  if (policies.every(({ enabled }) => !enabled)) return { judge, described, notice: `${described} enables no policy.` };
  if (!isFallback) return { judge, described };
  return {
    judge,
    described,
    notice: `The base has no ${described} yet: the one of the change was used, which its author can edit.`,
  };
}

async function fetchOrFail(repository: Repository, { only }: Settings): Promise<void> {
  try {
    await fetchRefs(repository, privateRefs(only));
  } catch (cause) {
    if (!(cause instanceof GitError)) throw cause;
    throw new CliError(
      'fetch_failed',
      `The notes of ${repository.remote} cannot be fetched (${cause.message.split('\n')[0]}), so the change cannot be judged. Give git the means to read the remote, or fetch refs/notes/* yourself and add --no-fetch.`,
      { cause, exitCode: Exit.unreachable },
    );
  }
}

/** A change that cannot be counted in full has not passed. */
function verdictOf({ verdict, unreadable }: Judged): Verdict['verdict'] {
  return unreadable.length > 0 && verdict.verdict !== 'block' ? 'error' : verdict.verdict;
}

async function sizeOf(repository: Repository, { mergeBase, head }: PullRange): Promise<GateResult['diff']> {
  if (mergeBase === undefined) return null;
  return diffSize(repository, mergeBase, head).catch((error) => {
    if (error instanceof GitError) return null; // a partial clone; a number for people is not worth a failure
    throw error;
  });
}
