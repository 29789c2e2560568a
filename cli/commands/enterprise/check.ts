import { Flags } from '@oclif/core';
import type { Verdict } from '../../../shared/api/policies.js';
import type { Change } from '../../../shared/policy/input.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { loadSettings } from '../../config/settings.js';
import { CliError, Exit } from '../../errors.js';
import { openRepository, type Repository } from '../../git/repository.js';
import { findStaging } from '../../hooks/find-staging.js';
import { withState } from '../../hooks/run/pre-push.js';
import { formatViolations } from '../../hooks/run/print-verdict.js';
import { unpushedRanges } from '../../hooks/run/pushed.js';
import { readStaged } from '../../hooks/run/staged.js';
import { stateFolder } from '../../hooks/state-folder.js';
import { readBundle } from '../../policy/cached-bundle.js';
import { judgeCommits } from '../../policy/judge-commits.js';
import { judgeOffline, type OfflineVerdict } from '../../policy/judge-offline.js';
import { judgeByPolicies } from '../../policy/judges.js';
import { readPolicyFile } from '../../policy/policy-file.js';

interface CheckResult extends Verdict {
  /** Receipts that are not committed yet. */
  receipts: number;
  /** That no remote has. */
  commits: number;
  policies: number;
  /** Why the server's present policies were not fetched; null when they were, or when a file was named. */
  not_refreshed: string | null;
}

/** What a commit and a push are judged by. `unreadable` says why the change cannot be told. */
interface Judge {
  policies: number;
  judge: (change: Change, unreadable?: string) => Promise<OfflineVerdict> | OfflineVerdict;
}

export default class Check extends BaseCommand {
  static override summary = 'Judge what is not committed or not pushed yet, as the hooks do';
  static override description =
    'Fetches the policies first. Exit codes: 0 pass or warn; 1 block; 3 warn under --fail-on warn; 4 could not be judged.';
  static override flags = {
    ...directoryFlag,
    ...serverFlag,
    policies: Flags.string({ description: 'judge by this policy file, with no server' }),
    'fail-on': Flags.string({
      options: ['block', 'warn'],
      default: 'block',
      description: 'warn: end with 3 where there are warnings',
    }),
  };

  async run(): Promise<CheckResult> {
    const { flags } = await this.parse(Check);
    const repository = await openRepository(flags.directory);
    if (repository.root === undefined) throw new CliError('bare_repository', 'Nothing is staged in a bare repository.');
    const settings = await loadSettings(repository.root, flags, process.env);
    const not_refreshed = flags.policies === undefined ? await this.refreshPolicies(repository, settings) : null;
    const { policies, judge } =
      flags.policies === undefined
        ? await this.byBundle(repository, not_refreshed)
        : await byFile(repository, flags.policies);

    const { receipts, unreadable } = await readStaged(await findStaging(repository.root), repository.root);
    const now = new Date().toISOString();
    const teams = settings.team === undefined ? [] : [settings.team];
    const verdicts = [await judge({ repo: repository.name, teams, now, receipts, commits: [] }, unreadable)];
    let commits = 0;
    for (const range of (await unpushedRanges(repository)) ?? []) {
      const judged = await judgeCommits(repository, settings, range, async (change) => {
        verdicts.push(await judge(change));
        return verdicts.at(-1)!;
      });
      commits += judged.commits.length;
    }
    const verdict = together(verdicts);
    const fault = verdicts.find((one) => one.fault)?.fault;
    if (not_refreshed) this.print(`The policies in this clone were used: ${not_refreshed}`);
    if (fault) this.print(`Not everything was judged: ${fault.text}.`);
    this.print(
      verdict.violations.length > 0
        ? formatViolations(verdict.violations, verdicts[0]!.violations.length > 0 ? 'commit' : 'push')
        : `${receipts.length} receipts that are not committed, ${commits} commits that are not pushed, ${policies} policies: nothing is wrong.`,
    );
    if (verdict.verdict === 'block') process.exitCode = Exit.failed;
    if (verdict.verdict === 'warn' && flags['fail-on'] === 'warn') process.exitCode = Exit.warned;
    return { ...verdict, receipts: receipts.length, commits, policies, not_refreshed };
  }

  private async byBundle(repository: Repository, not_refreshed: string | null): Promise<Judge> {
    const found = await readBundle(stateFolder(repository), process.env);
    if (found && 'bundle' in found) {
      const { bundle } = found;
      return {
        policies: bundle.policies.length,
        judge: (change, unreadable) => judgeOffline(withState(bundle, change), change, { unreadable }),
      };
    }
    // The server has no policies for this repository.
    if (!found && not_refreshed === null) return { policies: 0, judge: () => ({ ...NOTHING, fault: null }) };
    const reason = found ? `The policies in this clone cannot be used: ${found.reason}` : 'This clone has no policies';
    throw new CliError('no_policies', `${reason}. ${not_refreshed ?? ''}`.trim(), { exitCode: Exit.unreachable });
  }
}

async function byFile(repository: Repository, path: string): Promise<Judge> {
  const { policies } = await readPolicyFile(repository, path);
  const judge = await judgeByPolicies(policies);
  return {
    policies: policies.length,
    judge: async (change, unreadable) => ({
      ...(await judge(change)),
      fault: unreadable === undefined ? null : { code: 'unreadable', text: unreadable },
    }),
  };
}

const NOTHING: Verdict = { verdict: 'pass', violations: [], exempted: [], not_evaluated: [] };

/** A commit and each push are judged by themselves; the worst counts. */
function together(verdicts: readonly Verdict[]): Verdict {
  const [worst = 'pass'] = (['error', 'block', 'warn'] as const).filter((state) =>
    verdicts.some(({ verdict }) => verdict === state),
  );
  return {
    verdict: worst,
    violations: verdicts.flatMap(({ violations }) => violations),
    exempted: verdicts.flatMap(({ exempted }) => exempted),
    not_evaluated: verdicts.flatMap(({ not_evaluated }) => not_evaluated),
  };
}
