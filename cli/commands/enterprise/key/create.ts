import { Flags } from '@oclif/core';
import { createKey } from '../../../../shared/api/keys.js';
import { type ReplyOf, SCOPES } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { CliError } from '../../../errors.js';
import { printable } from '../../../terminal.js';

export default class KeyCreate extends BaseCommand {
  static override summary = 'Make an API key; it is shown this once';
  static override description =
    `Scopes: ${SCOPES.join(', ')}, or * for all. A key can hand on only scopes that it has itself.`;
  static override examples = [
    '<%= config.bin %> enterprise key create --name ci --scopes receipts:write,policies:read --expires 90d',
  ];
  static override flags = {
    name: Flags.string({ description: 'what it is for', required: true }),
    scopes: Flags.string({ description: 'what it may do, with commas between', required: true }),
    expires: Flags.string({ description: 'after so many days, such as 90d (else never)' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof createKey>> {
    const { flags } = await this.parse(KeyCreate);
    const scopes = flags.scopes.split(',').map((scope) => readScope(scope.trim()));
    const body = { name: flags.name, scopes, expires_in_days: readDays(flags.expires) };
    const reply = await this.call(flags, createKey, { body });
    this.print(
      `Made the key ${printable(reply.key.name)} (${reply.key.id}). Shown this once:\n${printable(reply.api_key)}`,
    );
    return reply;
  }
}

function readScope(scope: string): (typeof SCOPES)[number] | '*' {
  const known = [...SCOPES, '*' as const].find((one) => one === scope);
  if (known === undefined)
    throw new CliError('unknown_scope', `There is no scope "${scope}". Known: ${SCOPES.join(', ')}, or * for all.`);
  return known;
}

function readDays(text: string | undefined): number | null {
  if (text === undefined) return null;
  const match = /^([1-9]\d{0,4})d$/.exec(text);
  if (!match) throw new CliError('usage', `--expires takes days, such as 90d, not "${text}".`);
  return Number(match[1]);
}
