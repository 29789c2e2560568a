import { Args, Flags } from '@oclif/core';
import { getProof } from '../../../../shared/api/audit.js';
import { openCheckpoint } from '../../../../shared/audit/checkpoint.js';
import { leafHash, verifyInclusion } from '../../../../shared/audit/merkle.js';
import { readPublicKey } from '../../../audit/public-key.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../../base-command.js';
import { CliError, Exit } from '../../../errors.js';
import { printable } from '../../../terminal.js';

export default class AuditProve extends BaseCommand {
  static override summary = 'Prove that one event stands in the signed log';
  static override args = { event: Args.string({ description: 'id of the event', required: true }) };
  static override flags = {
    key: Flags.string({
      description: 'a public key that signs: PEM file, or base64 of its DER',
      required: true,
      multiple: true,
    }),
    ...directoryFlag,
    ...serverFlag,
  };

  async run() {
    const { args, flags } = await this.parse(AuditProve);
    const keys = await Promise.all(flags.key.map(readPublicKey));
    const access = await this.access(await this.settings(flags.directory, flags));
    const proof = await this.withServer(access, (client) => client.call(getProof, { query: { event: args.event } }));
    const { entry, hashes, checkpoint } = proof;
    const opened = openCheckpoint(checkpoint, keys);
    if ('reason' in opened) throw notProved(`the checkpoint ${opened.reason}`);
    const path = hashes.map((hash) => Buffer.from(hash, 'base64'));
    if (!entry || JSON.parse(entry.event).id !== args.event) throw notProved('the server answered another event');
    if (!verifyInclusion(leafHash(entry.event), entry.seq, opened.size, path, opened.root))
      throw notProved('the hashes do not lead to the signed root');
    this.print(`Proved: event ${entry.seq} of ${opened.size} in ${opened.origin}\n${printable(entry.event)}`);
    return proof;
  }
}

const notProved = (reason: string) => new CliError('not_proved', `Not proved: ${reason}.`, { exitCode: Exit.failed });
