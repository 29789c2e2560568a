import { previewRetention } from '../../../../shared/api/retention.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatRetention } from '../../../format-retention.js';

export default class RetentionShow extends BaseCommand {
  static override summary = 'Show how long receipts, prompts and audit details are kept, and what is past that';
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof previewRetention>> {
    const { flags } = await this.parse(RetentionShow);
    const reply = await this.call(flags, previewRetention, { body: {} });
    this.print(formatRetention(reply));
    return reply;
  }
}
