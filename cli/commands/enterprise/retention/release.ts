import { updateSettings } from '../../../../shared/api/settings.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';

export default class RetentionRelease extends BaseCommand {
  static override summary = 'Release the legal hold; what is past its time goes within a day';
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof updateSettings>> {
    const { flags } = await this.parse(RetentionRelease);
    const reply = await this.call(flags, updateSettings, { body: { legal_hold: null } });
    this.print('The legal hold is released.');
    return reply;
  }
}
