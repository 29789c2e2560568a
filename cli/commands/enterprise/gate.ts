import { Flags } from '@oclif/core';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import type { Settings } from '../../config/settings.js';
import { Exit } from '../../errors.js';
import { toJson } from '../../gate/formats/json.js';
import { runGate } from '../../gate/gate.js';
import { FORMAT_NAMES, parseOutputs, writeOutputs } from '../../gate/outputs.js';
import { failedResult, type GateResult } from '../../gate/result.js';
import { askServer } from '../../policy/judges.js';

export default class Gate extends BaseCommand {
  static override summary = 'Judge the commits of a pull request by policies';
  static override description =
    `Exactly the commits that the head has and the base lacks are judged, with the receipts of all their notes. By the server's policies, or by a policy file alone: that needs no account.
Exit codes: 0 pass or warn; 1 block; 2 usage or configuration; 3 warn under --fail-on warn; 4 could not be evaluated.`;
  static override examples = [
    '<%= config.bin %> enterprise gate --base origin/main --policies policies.toml',
    '<%= config.bin %> enterprise gate --policies policies.toml --format text --format sarif=gate.sarif',
    '<%= config.bin %> enterprise gate --format github',
  ];
  static override flags = {
    ...directoryFlag,
    ...serverFlag,
    base: Flags.string({ description: 'the branch or commit that the change goes to (else what the CI system says)' }),
    head: Flags.string({ description: 'the last commit of the change (else what the CI system says, then HEAD)' }),
    policies: Flags.string({ description: 'judge by this policy file, with no server' }),
    'policies-from': Flags.string({
      options: ['base', 'worktree'],
      default: 'base',
      description:
        'which version of a policy file inside the repository: that of the base, since the checked-out one is part of the change',
    }),
    'fail-on': Flags.string({
      options: ['block', 'warn'],
      default: 'block',
      description: 'warn: end with 3 where there are warnings',
    }),
    fetch: Flags.boolean({
      allowNo: true,
      default: true,
      description: "fetch the remote's notes first, into refs/blameprompt/notes/",
    }),
    format: Flags.string({
      multiple: true,
      default: ['text'],
      description: `${FORMAT_NAMES.join(', ')}; with a file: sarif=gate.sarif; may be given several times`,
    }),
    output: Flags.string({ description: 'the file of the format' }),
    'repo-name': Flags.string({ description: 'name of the repository (else enterprise.repo, then the remote)' }),
  };

  async run(): Promise<GateResult> {
    const { flags } = await this.parse(Gate);
    const outputs = parseOutputs(flags.format, flags.output);
    const started = performance.now();
    const result = await runGate({
      ...{ directory: flags.directory, base: flags.base, head: flags.head, fetch: flags.fetch },
      ...{ policies: flags.policies, policiesFrom: flags['policies-from'] as 'base' | 'worktree' },
      flags: { 'api-url': flags['api-url'], repo: flags['repo-name'] },
      env: process.env,
      server: (settings) => this.server(settings),
    }).catch((error: Error) => {
      const { code, message, exitCode } = this.describeFault(error);
      if (exitCode === Exit.usage && code !== 'git-failed') throw error;
      if (process.env.DEBUG && error.stack) process.stderr.write(`${error.stack}\n`);
      return failedResult({ code, message }, Math.round(performance.now() - started));
    });
    const print = (text: string) => void (this.jsonEnabled() || process.stdout.write(text));
    await writeOutputs(outputs, result, { version: this.config.version, env: process.env, print });
    process.exitCode = exitCode(result.verdict, flags['fail-on'] as 'block' | 'warn');
    return result;
  }

  /** As `--format json` prints it. */
  protected override logJson(json: unknown): void {
    process.stdout.write(toJson(json));
  }

  private async server(settings: Settings) {
    const access = await this.access(settings);
    return {
      described: `the policies of ${access.url.origin}`,
      judge: (change: Parameters<typeof askServer>[1]) =>
        this.withServer(access, (client) => askServer(client, change)),
    };
  }
}

function exitCode(verdict: GateResult['verdict'], failOn: 'block' | 'warn'): number {
  if (verdict === 'block') return Exit.failed;
  if (verdict === 'error') return Exit.unreachable;
  return verdict === 'warn' && failOn === 'warn' ? Exit.warned : Exit.ok;
}
