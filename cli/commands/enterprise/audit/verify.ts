import { readFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { verifyLog } from '../../../../shared/audit/verify.js';
import { readAnchors } from '../../../audit/anchors.js';
import { readExport } from '../../../audit/export-file.js';
import { readPublicKey } from '../../../audit/public-key.js';
import { BaseCommand } from '../../../base-command.js';
import { CliError, Exit } from '../../../errors.js';
import { openRepository } from '../../../git/repository.js';
import { formatCount } from '../../../terminal.js';

export default class AuditVerify extends BaseCommand {
  static override summary = 'Check an export of the audit log, without asking any server';
  static override description =
    'Checks that no event was changed, removed, reordered or cut off: against the signed checkpoint in the export, and against older ones that were kept elsewhere. Without --key the key in the export itself is believed, which proves only that the file fits together.';
  static override args = { file: Args.string({ description: 'what audit export wrote', required: true }) };
  static override flags = {
    key: Flags.string({
      description: 'a public key that signs, or signed before: PEM file, or base64 of its DER',
      multiple: true,
    }),
    checkpoint: Flags.string({ description: 'file with an older checkpoint', multiple: true }),
    anchors: Flags.string({ description: 'clone in which checkpoints were anchored' }),
  };

  async run() {
    const { args, flags } = await this.parse(AuditVerify);
    const { header, entries } = await readExport(args.file);
    const inFile = [...(header.public_keys ?? []), ...(header.public_key === null ? [] : [header.public_key])];
    const trusted = flags.key ?? [...new Set(inFile)];
    const keys = await Promise.all(trusted.map(readPublicKey));
    const checkpoints = [
      { name: 'the checkpoint of the export', text: header.checkpoint },
      ...(await Promise.all((flags.checkpoint ?? []).map(readCheckpoint))),
      ...(flags.anchors === undefined ? [] : await readAnchors(await openRepository(flags.anchors))),
    ];
    const { size, faults, erased } = await verifyLog(entries, checkpoints, keys);
    const result = {
      verified: faults.length === 0,
      events: size,
      erased,
      checkpoints: checkpoints.length,
      key_given: flags.key !== undefined,
      faults,
    };
    if (faults.length > 0) {
      if (this.jsonEnabled()) this.logJson(result);
      else for (const fault of faults) this.printFault(`✗ ${fault}`);
      return this.exit(Exit.failed);
    }
    const details = erased === 0 ? '' : ` The details of ${formatCount(erased)} were erased.`;
    this.print(
      `Verified: ${formatCount(size)} events, nothing changed, against ${checkpoints.length} signed checkpoint(s).${details}`,
    );
    if (!flags.key) this.print('The key came from the file itself: give --key to know who signed.');
    return result;
  }
}

async function readCheckpoint(path: string): Promise<{ name: string; text: string }> {
  try {
    return { name: path, text: await readFile(path, 'utf8') };
  } catch (cause) {
    throw new CliError('unreadable', `Cannot read the checkpoint ${path}: ${(cause as Error).message}`, { cause });
  }
}
