import { Flags } from '@oclif/core';
import { getCheckpoint, readAuditLog } from '../../../../shared/api/audit.js';
import type { LogEntry } from '../../../../shared/audit/verify.js';
import type { ApiClient } from '../../../api-client.js';
import { writeExport } from '../../../audit/export-file.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../../base-command.js';
import { CliError, Exit } from '../../../errors.js';
import { formatCount } from '../../../terminal.js';

export default class AuditExport extends BaseCommand {
  static override summary = 'Save the whole audit log with its signed checkpoint to a file that verifies offline';
  static override flags = {
    output: Flags.string({ char: 'o', description: 'file to write', required: true }),
    ...directoryFlag,
    ...serverFlag,
  };

  async run(): Promise<{ file: string; events: number }> {
    const { flags } = await this.parse(AuditExport);
    const access = await this.access(await this.settings(flags.directory, flags));
    return this.withServer(access, async (client) => {
      const { size, checkpoint, public_key, public_keys } = await client.call(getCheckpoint);
      if (checkpoint === null)
        throw new CliError('no_events', 'The audit log has no signed events yet.', { exitCode: Exit.failed });
      const header = {
        format: 'blameprompt-audit/1' as const,
        checkpoint,
        public_key,
        public_keys: public_keys.map((key) => key.public_key),
      };
      const events = await writeExport(flags.output, header, readEntries(client, size));
      this.print(`Saved ${formatCount(events)} events to ${flags.output}.`);
      return { file: flags.output, events };
    });
  }
}

/** The entries that the checkpoint covers, a page at a time. */
async function* readEntries(client: ApiClient, size: number): AsyncGenerator<LogEntry> {
  for (let start = 0; start < size; ) {
    const query = { start, limit: Math.min(1000, size - start) };
    const { entries } = await client.call(readAuditLog, { query });
    yield* entries;
    if (entries.length === 0) return; // the verifier will name what is missing
    start = entries.at(-1)!.seq + 1;
  }
}
