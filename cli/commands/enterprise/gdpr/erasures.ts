import { Flags } from '@oclif/core';
import { type Certificate, listErasures } from '../../../../shared/api/data-subjects.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatCount, table } from '../../../terminal.js';

export default class GdprErasures extends BaseCommand {
  static override summary = 'List the erasures of people, with their certificates';
  static override flags = {
    limit: Flags.integer({ description: 'erasures on a page', default: 50, min: 1, max: 500 }),
    cursor: Flags.string({ description: 'next_cursor of the page before' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof listErasures>> {
    const { flags } = await this.parse(GdprErasures);
    const { limit, cursor } = flags;
    const reply = await this.call(flags, listErasures, { query: { limit, cursor } });
    const rows = reply.erasures.map(({ id, certificate, signature }) => {
      const { erased_at, pseudonym, tables } = JSON.parse(certificate) as Certificate;
      const count = Object.values(tables).reduce((sum, one) => sum + one, 0);
      return [erased_at.slice(0, 19).replace('T', ' '), pseudonym, formatCount(count), signature ? 'yes' : 'no', id];
    });
    this.print(
      rows.length === 0 ? 'Nobody was erased.' : table([['time', 'pseudonym', 'rows', 'signed', 'id'], ...rows], ''),
    );
    if (reply.next_cursor !== null) this.print(`\nMore: --cursor ${reply.next_cursor}`);
    return reply;
  }
}
