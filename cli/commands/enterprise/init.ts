import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'smol-toml';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import { projectFile } from '../../config/files.js';
import { loadSettings } from '../../config/settings.js';
import { CliError } from '../../errors.js';
import { openRepository } from '../../git/repository.js';
import { formatInstalled } from '../../hooks/format-report.js';
import type { Installed } from '../../hooks/hook-file.js';
import { installHooks, type Report } from '../../hooks/install.js';
import { printable } from '../../terminal.js';

interface InitResult {
  config: { path: string; written: boolean };
  hooks: Report<Installed>;
}

export default class Init extends BaseCommand {
  static override summary = "Write the project's .blameprompt/config.toml, if it has none, and install the git hooks";
  static override flags = { ...directoryFlag, ...serverFlag };

  async run(): Promise<InitResult> {
    const { flags } = await this.parse(Init);
    const repository = await openRepository(flags.directory);
    if (repository.root === undefined) throw new CliError('bare_repository', 'A bare repository has no project file.');
    const settings = await loadSettings(repository.root, flags, process.env);
    const path = projectFile(repository.root);
    await mkdir(dirname(path), { recursive: true });
    const written = await writeFile(path, configText(settings.apiUrl?.value), { flag: 'wx' }).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'EEXIST') return false; // the project's own, or the recorder's: not ours to change
        throw cause;
      },
    );
    const hooks = await installHooks(repository);
    const fault = await this.refreshPolicies(repository, settings);
    if (fault) hooks.remarks.push(`nothing is sent or checked until this is done: ${fault}`);
    this.print(`${written ? 'Wrote' : 'Left as it is:'} ${printable(path)}\n${formatInstalled(hooks)}`);
    return { config: { path, written }, hooks };
  }
}

function configText(apiUrl: URL | undefined): string {
  const server = apiUrl?.href.replace(/\/$/, '');
  return [
    '# What BlamePrompt Enterprise does in this repository. Every setting: docs/configuration.md',
    '[enterprise]',
    'enabled = true',
    server === undefined ? '# api_url = "https://blameprompt.example.com"' : stringify({ api_url: server }).trim(),
    'sync_on_commit = true      # hooks send receipts in the background',
    'enforce_policies = true    # hooks check policies before commits and pushes',
    '',
  ].join('\n');
}
