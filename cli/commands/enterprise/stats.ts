import { Args } from '@oclif/core';
import { BaseCommand, directoryFlag } from '../../base-command.js';
import { loadSettings } from '../../config/settings.js';
import { openRepository } from '../../git/repository.js';
import { computeStats, type Stats as Result } from '../../stats/stats.js';
import { underLastOrg } from '../../sync/org-settings.js';
import { formatCount, formatPercentage, printable, table } from '../../terminal.js';

export default class Stats extends BaseCommand {
  static override summary = 'Count who wrote the lines of a commit or a range, without a server';
  static override description =
    'Without a range: the default branch since its first commit that has a note, which is what the server counts.';
  static override examples = [
    '<%= config.bin %> enterprise stats',
    '<%= config.bin %> enterprise stats HEAD',
    '<%= config.bin %> enterprise stats v1.2..main --json',
  ];
  static override args = { range: Args.string({ description: 'a commit, or a range such as main..HEAD' }) };
  static override flags = { ...directoryFlag };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(Stats);
    const repository = await openRepository(flags.directory);
    const settings = await loadSettings(repository.root, {}, process.env);
    const access = await this.access(settings).catch(() => undefined); // none is needed to count
    const stats = await computeStats(repository, await underLastOrg(settings, repository, access), args.range);
    this.print(format(stats));
    return stats;
  }
}

function format(stats: Result): string {
  const { lines, unreadable } = stats;
  const share = (count: number) =>
    lines.added === 0 ? '' : formatPercentage(Math.round((count / lines.added) * 1000) / 10);
  const rows = (['ai', 'human', 'unknown'] as const).map((by) => [NAMES[by], formatCount(lines[by]), share(lines[by])]);
  const list = (title: string, entries: [string | null, number][]) =>
    entries.length === 0
      ? []
      : [
          '',
          table(
            [[title, 'AI lines'], ...entries.map(([name, count]) => [name ?? '(unknown)', formatCount(count)])],
            '',
          ),
        ];
  return [
    `${printable(stats.range)}: ${formatCount(stats.commits)} commits, ${formatCount(stats.commits_with_receipts)} with receipts (${formatPercentage(stats.coverage_percentage)}), ${formatCount(stats.commits_with_ai_trailers)} more that name an AI in the message, ${formatCount(stats.merges)} merges not counted`,
    `${formatCount(lines.added)} lines added, ${formatCount(lines.deleted)} deleted${byBots(stats)}`,
    '',
    table([['written by', 'lines', 'share'], ...rows], ''),
    ...list(
      'tool',
      stats.by_tool.map(({ tool, lines: count }) => [tool, count]),
    ),
    ...list(
      'model',
      stats.by_model.map(({ model, lines: count }) => [model, count]),
    ),
    ...(unreadable.length === 0
      ? []
      : ['', `${formatCount(unreadable.length)} commits cannot be counted; --json lists them.`]),
  ].join('\n');
}

function byBots({ commits_by_bots, lines }: Result): string {
  if (commits_by_bots === 0) return '';
  return `; ${formatCount(lines.added_by_bots)} of the added ones in ${formatCount(commits_by_bots)} commits of bots`;
}

const NAMES = { ai: 'AI', human: 'people', unknown: 'unknown' };
