import { previewRetention } from '../../../../shared/api/retention.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatRetention } from '../../../format-retention.js';
import { readRetention, retentionFlags } from '../../../retention-flags.js';

export default class RetentionPreview extends BaseCommand {
  static override summary = 'Show what other retention settings would remove; changes nothing';
  static override examples = ['<%= config.bin %> enterprise retention preview --receipts 365 --prompts 30'];
  static override flags = { ...retentionFlags, ...clientFlags };

  async run(): Promise<ReplyOf<typeof previewRetention>> {
    const { flags } = await this.parse(RetentionPreview);
    const { receipts, prompts, audit } = flags;
    const body = { retention_days: readRetention({ receipts, prompts, audit }) };
    const reply = await this.call(flags, previewRetention, { body });
    this.print(formatRetention(reply));
    return reply;
  }
}
