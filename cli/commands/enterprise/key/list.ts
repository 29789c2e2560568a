import { Flags } from '@oclif/core';
import { listKeys } from '../../../../shared/api/keys.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatDay, table } from '../../../terminal.js';

export default class KeyList extends BaseCommand {
  static override summary = "List the organisation's API keys, the newest first";
  static override flags = {
    all: Flags.boolean({ description: 'those that expired or were revoked, too' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof listKeys>> {
    const { flags } = await this.parse(KeyList);
    const reply = await this.call(flags, listKeys, { query: { all: flags.all } });
    const rows = reply.keys.map((key) => [
      key.name,
      key.id,
      `…${key.last_four}`,
      key.rotated_to === null ? key.state : `${key.state}, rotated`,
      formatDay(key.expires_at),
      key.last_used_at && `${key.last_used_at.slice(0, 13).replace('T', ' ')} h`,
      key.scopes.join(', '),
    ]);
    this.print(table([['name', 'id', 'key', 'state', 'expires', 'last used', 'scopes'], ...rows], ''));
    return reply;
  }
}
