import type { Verdict } from '../../../shared/api/policies.js';
import type { Bundle } from '../../../shared/policy/bundle.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { loadSettings } from '../../config/settings.js';
import { CliError, Exit } from '../../errors.js';
import { openRepository, type Repository } from '../../git/repository.js';
import { findStaging } from '../../hooks/find-staging.js';
import { formatViolations } from '../../hooks/run/print-verdict.js';
import { readStaged } from '../../hooks/run/staged.js';
import { stateFolder } from '../../hooks/state-folder.js';
import { readBundle } from '../../policy/cached-bundle.js';
import { judgeOffline } from '../../policy/judge-offline.js';

interface CheckResult extends Verdict {
  /** Receipts that are not committed yet. */
  receipts: number;
  policies: number;
  /** Why the server's present policies were not fetched; null when they were. */
  not_refreshed: string | null;
}

export default class Check extends BaseCommand {
  static override summary = 'Fetch the policies and judge the receipts that are not committed yet, as the hook does';
  static override description = 'Exit codes: 0 pass or warn; 1 block; 4 could not be judged.';
  static override flags = { ...directoryFlag, ...serverFlag };

  async run(): Promise<CheckResult> {
    const { flags } = await this.parse(Check);
    const repository = await openRepository(flags.directory);
    if (repository.root === undefined) throw new CliError('bare_repository', 'Nothing is staged in a bare repository.');
    const settings = await loadSettings(repository.root, flags, process.env);
    const not_refreshed = await this.refreshPolicies(repository, settings);
    const bundle = await this.bundle(repository, not_refreshed);
    const { receipts, unreadable } = await readStaged(await findStaging(repository.root), repository.root);
    const { fault, ...verdict } = bundle
      ? judgeOffline(bundle, { receipts, commits: [] }, { unreadable })
      : { fault: null, ...NOTHING };
    if (not_refreshed) this.print(`The policies in this clone were used: ${not_refreshed}`);
    if (fault) this.print(`Not everything was judged: ${fault.text}.`);
    this.print(
      verdict.violations.length > 0
        ? formatViolations(verdict.violations, 'commit')
        : `${receipts.length} receipts, ${bundle?.policies.length ?? 0} policies: nothing is wrong.`,
    );
    if (verdict.verdict === 'block') process.exitCode = Exit.failed;
    return { ...verdict, receipts: receipts.length, policies: bundle?.policies.length ?? 0, not_refreshed };
  }

  private async bundle(repository: Repository, not_refreshed: string | null): Promise<Bundle | undefined> {
    const found = await readBundle(stateFolder(repository), process.env);
    if (found && 'bundle' in found) return found.bundle;
    if (!found && not_refreshed === null) return undefined; // the server has no policies for this repository
    const reason = found ? `The policies in this clone cannot be used: ${found.reason}` : 'This clone has no policies';
    throw new CliError('no_policies', `${reason}. ${not_refreshed ?? ''}`.trim(), { exitCode: Exit.unreachable });
  }
}

const NOTHING: Verdict = { verdict: 'pass', violations: [], exempted: [], not_evaluated: [] };
