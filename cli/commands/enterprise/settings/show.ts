import { getSettings } from '../../../../shared/api/settings.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatSettings } from '../../../format-settings.js';

export default class SettingsShow extends BaseCommand {
  static override summary = 'Show what the organisation decided for all its clones and reports';
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof getSettings>> {
    const { flags } = await this.parse(SettingsShow);
    const reply = await this.call(flags, getSettings);
    this.print(formatSettings(reply.settings));
    return reply;
  }
}
