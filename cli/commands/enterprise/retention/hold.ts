import { Flags } from '@oclif/core';
import { updateSettings } from '../../../../shared/api/settings.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';

export default class RetentionHold extends BaseCommand {
  static override summary =
    'Put the organisation under a legal hold: nothing is removed and nobody erased until it is released';
  static override flags = {
    reason: Flags.string({ description: 'such as a case number', required: true }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof updateSettings>> {
    const { flags } = await this.parse(RetentionHold);
    const reply = await this.call(flags, updateSettings, { body: { legal_hold: { reason: flags.reason } } });
    this.print('The legal hold is on. Release it: blameprompt enterprise retention release');
    return reply;
  }
}
