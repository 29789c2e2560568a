import { Args } from '@oclif/core';
import { revokeKey } from '../../../../shared/api/keys.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { whoami } from '../../../../shared/api/whoami.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { printable } from '../../../terminal.js';

export default class KeyRevoke extends BaseCommand {
  static override summary = 'Revoke an API key; it stops working at once';
  static override args = { id: Args.string({ description: 'id of the key, see key list', required: true }) };
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof revokeKey>> {
    const { args, flags } = await this.parse(KeyRevoke);
    const access = await this.access(await this.settings(flags.directory, flags));
    return this.withServer(access, async (client) => {
      const { key: own } = await client.call(whoami);
      const reply = await client.call(revokeKey, { params: { id: args.id } });
      this.print(`Revoked the key ${printable(reply.key.name)}.`);
      if (own.id === reply.key.id)
        this.printFault(
          'Warning: this is the key that you use. The server refuses it from now on: log in with another.',
        );
      return reply;
    });
  }
}
