import { updateSettings } from '../../../../shared/api/settings.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatSettings } from '../../../format-settings.js';
import { readRetention, retentionFlags } from '../../../retention-flags.js';

export default class RetentionSet extends BaseCommand {
  static override summary = 'Decide how long receipts, prompts and audit details are kept; older ones go within a day';
  static override examples = ['<%= config.bin %> enterprise retention set --prompts 30 --receipts forever'];
  static override flags = { ...retentionFlags, ...clientFlags };

  async run(): Promise<ReplyOf<typeof updateSettings>> {
    const { flags } = await this.parse(RetentionSet);
    const { receipts, prompts, audit } = flags;
    const body = { retention_days: readRetention({ receipts, prompts, audit }) };
    const reply = await this.call(flags, updateSettings, { body });
    this.print(formatSettings(reply.settings));
    return reply;
  }
}
