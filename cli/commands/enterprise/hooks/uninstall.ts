import { Flags } from '@oclif/core';
import { BaseCommand, directoryFlag } from '../../../base-command.js';
import { openRepository } from '../../../git/repository.js';
import { formatRemoved } from '../../../hooks/format-report.js';
import type { Removed } from '../../../hooks/hook-file.js';
import { type Report, uninstallHooks } from '../../../hooks/install.js';
import { uninstallTemplate } from '../../../hooks/template-folder.js';

export default class HooksUninstall extends BaseCommand {
  static override summary = 'Take our part out of the git hooks; what others wrote there stays, byte for byte';
  static override flags = {
    ...directoryFlag,
    global: Flags.boolean({ description: "out of git's template folder", exclusive: ['directory'] }),
  };

  async run(): Promise<Report<Removed>> {
    const { flags } = await this.parse(HooksUninstall);
    const report = flags.global
      ? await uninstallTemplate(process.env)
      : await uninstallHooks(await openRepository(flags.directory));
    this.print(formatRemoved(report));
    return report;
  }
}
