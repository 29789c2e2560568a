import type { ReplyOf } from '../../../shared/api/types.js';
import { whoami } from '../../../shared/api/whoami.js';
import { BaseCommand, clientFlags } from '../../base-command.js';
import { formatDay, printable } from '../../terminal.js';

export default class Whoami extends BaseCommand {
  static override summary = 'Show which organisation and key a server sees, and what it asks of clones';
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof whoami> & { server: string }> {
    const { flags } = await this.parse(Whoami);
    const access = await this.access(await this.settings(flags.directory, flags));
    const reply = await this.withServer(access, (client) => client.call(whoami));
    const { org, key, settings } = reply;
    this.print(
      [
        `Server   ${access.url.origin} (key from ${access.keyFrom})`,
        `Org      ${printable(org.name === org.slug ? org.slug : `${org.slug} (${org.name})`)}`,
        `Key      ${printable(key.name)}, ${key.expires_at === null ? 'never expires' : `expires ${formatDay(key.expires_at)}`}`,
        `Scopes   ${printable(key.scopes.join(', '))}`,
        `Prompts  ${settings.privacy.prompts}`,
        `Ignored  ${printable(settings.ignore.join(' ')) || 'nothing beyond the defaults'}`,
      ].join('\n'),
    );
    return { server: access.url.origin, ...reply };
  }
}
