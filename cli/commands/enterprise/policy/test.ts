import { Flags } from '@oclif/core';
import type { Verdict } from '../../../../shared/api/policies.js';
import { evaluatePolicies } from '../../../../shared/api/policy-endpoints.js';
import type { BodyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { CliError, Exit } from '../../../errors.js';
import { formatVerdict } from '../../../policy/format-policy.js';
import { parsePolicies } from '../../../policy/policy-file.js';
import { readText } from '../../../read-text.js';

export default class PolicyTest extends BaseCommand {
  static override summary = 'Try policies on a sample of receipts and commits';
  static override description =
    `The sample is JSON: {"repo", "person", "receipts", "commits"}, as POST /api/v1/policies/evaluate takes it. The server judges, with what it knows was spent and written; nothing is stored.
Exit codes: 0 pass or warn; 1 block; 3 warn under --fail-on warn.`;
  static override examples = ['<%= config.bin %> enterprise policy test -f policies.toml --sample sample.json'];
  static override flags = {
    file: Flags.string({
      char: 'f',
      description: "a policy file to try, - for standard input (else the organisation's policies)",
    }),
    sample: Flags.string({ description: 'a JSON file, - for standard input', required: true }),
    'fail-on': Flags.string({
      description: 'end with 3 on warnings, too',
      options: ['block', 'warn'],
      default: 'block',
    }),
    ...clientFlags,
  };

  async run(): Promise<Verdict> {
    const { flags } = await this.parse(PolicyTest);
    const sample = readSample(await readText(flags.sample), flags.sample);
    const policies = flags.file === undefined ? undefined : await parsePolicies(await readText(flags.file), flags.file);
    const verdict = await this.call(flags, evaluatePolicies, { body: { ...sample, ...(policies && { policies }) } });
    this.print(formatVerdict(verdict));
    if (verdict.verdict === 'block') process.exitCode = Exit.failed;
    else if (verdict.verdict === 'warn' && flags['fail-on'] === 'warn') process.exitCode = Exit.warned;
    return verdict;
  }
}

function readSample(text: string, path: string): BodyOf<typeof evaluatePolicies> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError('invalid_sample', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
