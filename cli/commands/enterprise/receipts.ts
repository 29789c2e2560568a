import { Flags } from '@oclif/core';
import { listReceipts } from '../../../shared/api/receipts.js';
import type { QueryOf, ReplyOf } from '../../../shared/api/types.js';
import type { ApiClient } from '../../api-client.js';
import { BaseCommand, clientFlags } from '../../base-command.js';
import { filterFlags, pickFilters } from '../../filter-flags.js';
import { formatUsd, table } from '../../terminal.js';

export default class Receipts extends BaseCommand {
  static override summary = 'List receipts, newest first';
  static override examples = ['<%= config.bin %> enterprise receipts --model claude-opus-4-6 --limit 20'];
  static override flags = {
    ...filterFlags,
    limit: Flags.integer({ description: 'receipts on a page', default: 50, min: 1, max: 500 }),
    cursor: Flags.string({ description: 'next_cursor of the page before' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof listReceipts>> {
    const { flags } = await this.parse(Receipts);
    const query = {
      ...pickFilters(flags),
      limit: flags.limit,
      ...(flags.cursor !== undefined && { cursor: flags.cursor }),
    };
    const access = await this.access(await this.settings(flags.directory, flags));
    const reply = await this.withServer(access, (client) => fullPage(client, query));
    if (reply.receipts.length === 0) this.print('No receipts.');
    else this.print(table([HEADING, ...reply.receipts.map(row)], ''));
    if (reply.next_cursor !== null) this.print(`\nMore: --cursor ${reply.next_cursor}`);
    return reply;
  }
}

/** The server answers fewer than asked for when it had to look at many: asks on until the page is full or there are no more. */
async function fullPage(client: ApiClient, query: QueryOf<typeof listReceipts> & { limit: number }) {
  const page = await client.call(listReceipts, { query });
  while (page.next_cursor !== null && page.receipts.length < query.limit) {
    const rest = { ...query, limit: query.limit - page.receipts.length, cursor: page.next_cursor };
    const more = await client.call(listReceipts, { query: rest });
    page.receipts.push(...more.receipts);
    page.next_cursor = more.next_cursor;
  }
  return page;
}

const HEADING = ['time', 'repository', 'commit', 'person', 'model', 'cost', 'file'];

type Item = ReplyOf<typeof listReceipts>['receipts'][number];

/** The first commit; one that was rewritten with the commit that its lines are in now. */
function commitOf({ commit_hash, attributions: [first] }: Item): string | null {
  const commits = [commit_hash, first?.now_at].flatMap((oid) => oid?.slice(0, 10) ?? []);
  return commits.length === 0 ? null : commits.join(' → ');
}

function row(receipt: Item): (string | null)[] {
  const file =
    receipt.file_path &&
    (receipt.line_start === null ? receipt.file_path : `${receipt.file_path}:${receipt.line_start}`);
  return [
    `${receipt.timestamp.slice(0, 16).replace('T', ' ')}`,
    receipt.repo,
    commitOf(receipt),
    receipt.user_email ?? receipt.user_name,
    receipt.model,
    receipt.cost_usd === null ? null : formatUsd(receipt.cost_usd),
    file,
  ];
}
