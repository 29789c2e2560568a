import { writeFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { getCheckpoint } from '../../../../shared/api/audit.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { anchor } from '../../../audit/anchors.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../../base-command.js';
import { CliError, Exit } from '../../../errors.js';
import { openRepository } from '../../../git/repository.js';

export default class AuditCheckpoint extends BaseCommand {
  static override summary = 'Show the newest signed checkpoint, to be kept out of the reach of the server';
  static override flags = {
    output: Flags.string({ char: 'o', description: 'file to write it to' }),
    anchor: Flags.boolean({ description: 'attach it to HEAD of this clone as a note (refs/notes/blameprompt-audit)' }),
    ...directoryFlag,
    ...serverFlag,
  };

  async run(): Promise<ReplyOf<typeof getCheckpoint>> {
    const { flags } = await this.parse(AuditCheckpoint);
    const access = await this.access(await this.settings(flags.directory, flags));
    const reply = await this.withServer(access, (client) => client.call(getCheckpoint));
    const { checkpoint } = reply;
    if (checkpoint === null)
      throw new CliError('no_events', 'The audit log has no signed events yet.', { exitCode: Exit.failed });
    if (flags.output !== undefined) await writeFile(flags.output, checkpoint);
    if (flags.anchor) {
      const ref = await anchor(await openRepository(flags.directory), checkpoint);
      this.print(`Anchored in ${ref}. Push it: git push origin ${ref}`);
    }
    if (flags.output === undefined && !flags.anchor) this.print(`${checkpoint}\nkey ${reply.public_key ?? '(none)'}`);
    return reply;
  }
}
