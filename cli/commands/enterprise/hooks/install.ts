import { Flags } from '@oclif/core';
import { BaseCommand, directoryFlag } from '../../../base-command.js';
import { loadSettings } from '../../../config/settings.js';
import { openRepository } from '../../../git/repository.js';
import { formatInstalled } from '../../../hooks/format-report.js';
import type { Installed } from '../../../hooks/hook-file.js';
import { installHooks, type Report } from '../../../hooks/install.js';
import { installTemplate } from '../../../hooks/template-folder.js';

export default class HooksInstall extends BaseCommand {
  static override summary =
    'Install the git hooks: checks before commits and pushes, syncs in the background after them';
  static override description =
    'Adds a few marked lines to the hooks that git runs here, wherever core.hooksPath has them, and leaves everything else in them as it is. Hooks that are no shell scripts are kept aside and run after ours. Can be repeated.';
  static override flags = {
    ...directoryFlag,
    global: Flags.boolean({
      description: "for clones to come: in git's template folder (init.templateDir)",
      exclusive: ['directory', 'shared'],
    }),
    shared: Flags.boolean({ description: 'with husky: in the files of .husky, which the team commits' }),
  };

  async run(): Promise<Report<Installed>> {
    const { flags } = await this.parse(HooksInstall);
    const report = flags.global
      ? await installTemplate(process.env)
      : await this.install(flags.directory, flags.shared);
    this.print(formatInstalled(report));
    return report;
  }

  private async install(directory: string, shared: boolean): Promise<Report<Installed>> {
    const repository = await openRepository(directory);
    const settings = await loadSettings(repository.root, {}, process.env);
    const report = await installHooks(repository, { shared });
    const fault = await this.refreshPolicies(repository, settings);
    if (fault) report.remarks.push(`nothing is checked until policies can be fetched: ${fault}`);
    return report;
  }
}
