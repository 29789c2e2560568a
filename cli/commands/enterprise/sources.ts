import { BaseCommand, directoryFlag } from '../../base-command.js';
import { loadSettings } from '../../config/settings.js';
import { openRepository } from '../../git/repository.js';
import { findSources, type SourceReport } from '../../stats/sources.js';
import { formatCount, printable, table } from '../../terminal.js';

const SHOWN = 10;

export default class Sources extends BaseCommand {
  static override summary = 'Show which recorders\u2019 notes this clone has, and what of them can be read';
  static override flags = { ...directoryFlag };

  async run(): Promise<{ sources: SourceReport[] }> {
    const { flags } = await this.parse(Sources);
    const repository = await openRepository(flags.directory);
    const settings = await loadSettings(repository.root, {}, process.env);
    const sources = await findSources(repository, settings);
    if (sources.length === 0)
      this.print(
        'No notes that we read are in this clone. Git does not fetch them by itself: git fetch origin refs/notes/<name>:refs/notes/<name>',
      );
    else this.print(format(sources));
    return { sources };
  }
}

function format(sources: SourceReport[]): string {
  const rows = sources.map(({ ref, format: name, notes, readable, skipped }) => [
    ref,
    name ?? '(none known)',
    formatCount(notes),
    formatCount(readable),
    formatCount(skipped.length),
  ]);
  const reasons = sources.flatMap(({ ref, skipped }) =>
    skipped.map(({ commit, reason }) => `  ${ref} ${commit.slice(0, 12)}  ${printable(reason)}`),
  );
  return [
    table([['where', 'format', 'notes', 'readable', 'left out'], ...rows], ''),
    ...(reasons.length === 0 ? [] : ['', ...reasons.slice(0, SHOWN)]),
    ...(reasons.length > SHOWN ? [`  … ${formatCount(reasons.length - SHOWN)} more: --json lists all`] : []),
  ].join('\n');
}
