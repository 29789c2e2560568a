import { Args, Flags } from '@oclif/core';
import { rotateKey } from '../../../../shared/api/keys.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { printable } from '../../../terminal.js';

export default class KeyRotate extends BaseCommand {
  static override summary = 'Make a key that takes the place of another, which works on for a while';
  static override examples = ['<%= config.bin %> enterprise key rotate 4f8b… --grace-hours 72'];
  static override args = { id: Args.string({ description: 'id of the key, see key list', required: true }) };
  static override flags = {
    'grace-hours': Flags.integer({ description: 'how long the old key still works', default: 24, min: 0, max: 720 }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof rotateKey>> {
    const { args, flags } = await this.parse(KeyRotate);
    const body = { grace_hours: flags['grace-hours'] };
    const reply = await this.call(flags, rotateKey, { params: { id: args.id }, body });
    this.print(
      `The old key works until ${reply.replaced.expires_at?.slice(0, 16).replace('T', ' ')} UTC. Its successor ${printable(reply.key.name)} (${reply.key.id}), shown this once:\n${printable(reply.api_key)}`,
    );
    return reply;
  }
}
