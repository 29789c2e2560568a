import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import { findDefaultBranch } from '../../git/default-branch.js';
import { openRepository, type Repository } from '../../git/repository.js';
import { underOrg } from '../../sync/org-settings.js';
import { planSettings, planSync } from '../../sync/plan.js';
import { allRecords, findPlaces, listRecords } from '../../sync/records.js';
import { repositoryName } from '../../sync/repository-name.js';
import { cursorKey, readCursor } from '../../sync/state.js';
import { formatCount, printable, table } from '../../terminal.js';

interface StatusReport {
  repo: string;
  default_branch: string | null;
  notes: { ref: string; notes: number }[];
  server: { url: string; key_from: 'login' | 'environment' } | null;
  /** Why nothing can be sent; null when it can. */
  problem: string | null;
  /** What the next sync would read; null when it is not known which server that goes to. */
  pending: { notes: number; commits: number } | null;
}

export default class Status extends BaseCommand {
  static override summary = 'Show which notes this clone has, and what a sync would send';
  static override description = 'Reads the clone and the configuration only; no server is asked.';
  static override flags = { ...directoryFlag, ...serverFlag };

  async run(): Promise<StatusReport> {
    const { flags } = await this.parse(Status);
    const repository = await openRepository(flags.directory);
    const settings = await loadSettings(repository.root, flags, process.env);
    const repo = repositoryName(repository, settings);
    const { server, problem, key } = await this.server(settings);
    const cursor = key && (await readCursor(repository.commonDir, key));
    const plan = await planSync(
      repository,
      planSettings(repo, underOrg(settings, (cursor || undefined)?.org)),
      cursor || undefined,
    );
    const report: StatusReport = {
      repo,
      default_branch: plan?.branch.name ?? (cursor ? (cursor.branch?.name ?? null) : null),
      notes: await countNotes(repository, settings),
      server,
      problem,
      pending: key ? { notes: plan ? allRecords(plan.records).length : 0, commits: plan?.commits.size ?? 0 } : null,
    };
    this.print(format(report));
    return report;
  }

  private async server(
    settings: Settings,
  ): Promise<Pick<StatusReport, 'server' | 'problem'> & { key: string | undefined }> {
    try {
      const access = await this.access(settings);
      const key = cursorKey(access.url.origin, access.key);
      return { server: { url: access.url.origin, key_from: access.keyFrom }, problem: null, key };
    } catch (error) {
      return { server: null, problem: (error as Error).message, key: undefined };
    }
  }
}

async function countNotes(repository: Repository, { defaultBranch, only }: Settings): Promise<StatusReport['notes']> {
  const places = await findPlaces(repository, await findDefaultBranch(repository, defaultBranch), only);
  const counts = new Map<string, number>();
  for (const record of allRecords(await listRecords(repository, places, only))) {
    const { ref, count = 1 } = 'count' in record ? record : { ...record, count: 1 };
    counts.set(ref, (counts.get(ref) ?? 0) + count);
  }
  return [...counts].map(([ref, count]) => ({ ref, notes: count }));
}

function format({ repo, default_branch, notes, server, problem, pending }: StatusReport): string {
  const refs =
    notes.length === 0
      ? [
          'No notes that we read are in this clone (git does not fetch them by itself: git fetch origin refs/notes/<name>:refs/notes/<name>).',
        ]
      : [table([['notes ref', 'notes'], ...notes.map(({ ref, notes: count }) => [ref, count])], '')];
  const next = !pending
    ? []
    : [
        pending.notes + pending.commits === 0
          ? 'Everything is sent.'
          : `To send: ${formatCount(pending.notes)} notes, ${formatCount(pending.commits)} commits. Run: blameprompt enterprise sync`,
      ];
  return [
    `Repository  ${printable(repo)}${default_branch === null ? '' : ` (default branch ${printable(default_branch)})`}`,
    `Server      ${server ? `${server.url} (key from ${server.key_from})` : printable(problem ?? 'none')}`,
    '',
    ...refs,
    '',
    ...next,
  ]
    .join('\n')
    .trimEnd();
}
