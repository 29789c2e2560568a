import { Args, Flags } from '@oclif/core';
import { updateSettings } from '../../../../shared/api/settings.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatSettings } from '../../../format-settings.js';
import { readText } from '../../../read-text.js';
import { readPatch, SETTING_NAMES } from '../../../setting-values.js';

export default class SettingsSet extends BaseCommand {
  static override summary = 'Change one setting of the organisation';
  static override description =
    `Settings: ${SETTING_NAMES.join(', ')}. A stricter privacy.prompts also takes prompts out of what the server has, for good.`;
  static override examples = [
    '<%= config.bin %> enterprise settings set time_zone Europe/Berlin',
    '<%= config.bin %> enterprise settings set privacy.prompts hash',
    "<%= config.bin %> enterprise settings set ignore 'docs/generated/**' '*.pb.go'",
    '<%= config.bin %> enterprise settings set prices --file prices.toml',
    '<%= config.bin %> enterprise settings set retention_days.prompts --default',
  ];
  static override strict = false; // ignore takes any number of values
  static override args = {
    name: Args.string({ description: 'which setting', required: true, options: SETTING_NAMES }),
    value: Args.string({ description: 'its value; for ignore, one glob after the other' }),
  };
  static override flags = {
    file: Flags.string({ description: 'prices: a TOML or JSON file with a list "prices"', exclusive: ['default'] }),
    default: Flags.boolean({ description: 'go back to the default' }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof updateSettings>> {
    const { args, argv, flags } = await this.parse(SettingsSet);
    const file = flags.file === undefined ? undefined : { path: flags.file, text: await readText(flags.file) };
    const values = (argv as string[]).slice(1);
    const body = readPatch(args.name, { values, file, toDefault: flags.default });
    const reply = await this.call(flags, updateSettings, { body });
    this.print(formatSettings(reply.settings));
    return reply;
  }
}
