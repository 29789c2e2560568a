import { Flags } from '@oclif/core';
import { listAudit } from '../../../../shared/api/audit.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../../base-command.js';
import { table } from '../../../terminal.js';

export default class AuditList extends BaseCommand {
  static override summary = 'List what was done in the org, newest first';
  static override flags = {
    action: Flags.string({ description: 'such as policy.updated' }),
    actor: Flags.string({ description: 'id of a key, operator or server' }),
    target: Flags.string({ description: 'id of what was changed' }),
    from: Flags.string({ description: 'day or timestamp' }),
    to: Flags.string({ description: 'day or timestamp' }),
    limit: Flags.integer({ description: 'events on a page', default: 50, min: 1, max: 500 }),
    cursor: Flags.string({ description: 'next_cursor of the page before' }),
    ...directoryFlag,
    ...serverFlag,
  };

  async run(): Promise<ReplyOf<typeof listAudit>> {
    const { flags } = await this.parse(AuditList);
    const access = await this.access(await this.settings(flags.directory, flags));
    const { action, actor, target, from, to, limit, cursor } = flags;
    const query = { action, actor, target, from, to, limit, cursor };
    const reply = await this.withServer(access, (client) => client.call(listAudit, { query }));
    if (reply.events.length === 0) this.print('No events.');
    else this.print(table([['number', 'time', 'who', 'action', 'what'], ...reply.events.map(row)], ''));
    if (reply.next_cursor !== null) this.print(`\nMore: --cursor ${reply.next_cursor}`);
    return reply;
  }
}

const row = ({ seq, recorded_at, actor, action, target }: ReplyOf<typeof listAudit>['events'][number]) => [
  seq === null ? 'waiting' : String(seq),
  recorded_at.slice(0, 19).replace('T', ' '),
  actor.name ?? actor.id,
  action,
  `${target.type} ${target.id}`,
];
