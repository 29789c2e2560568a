import { Flags } from '@oclif/core';
import { getCheckpoint } from '../../../../shared/api/audit.js';
import type { SiemEvent } from '../../../../shared/siem/event.js';
import { SIEM_FORMATS, type SiemFormat } from '../../../../shared/siem/format.js';
import type { ApiClient } from '../../../api-client.js';
import { writeExport } from '../../../audit/export-file.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../../base-command.js';
import { CliError, Exit } from '../../../errors.js';
import { readEntries, toAuditEvent } from '../../../siem/audit-events.js';
import { refuseJsonWithoutFile } from '../../../siem/flags.js';
import { describeSource, writeEvents } from '../../../siem/write-events.js';
import { formatCount } from '../../../terminal.js';

/** `next` is the number to start with the next time. */
interface Exported {
  file: string | null;
  events: number;
  next: number;
}

export default class AuditExport extends BaseCommand {
  static override summary = 'Save the audit log: as a file that verifies offline, or as events for a SIEM';
  static override examples = [
    '<%= config.bin %> enterprise audit export -o audit.jsonl',
    '<%= config.bin %> enterprise audit export --format ocsf --start 1500 -o new.jsonl',
  ];
  static override flags = {
    output: Flags.string({ char: 'o', description: 'file to write; SIEM formats go to standard output without it' }),
    format: Flags.option({
      options: ['log', ...SIEM_FORMATS] as const,
      default: 'log' as const,
      description:
        'log verifies with its signed checkpoint; ocsf, ecs and jsonl are JSON Lines, cef and syslog lines of text',
    })(),
    start: Flags.integer({ description: 'first number; not with the format log, which is whole', default: 0, min: 0 }),
    ...directoryFlag,
    ...serverFlag,
  };

  async run(): Promise<Exported> {
    const { flags } = await this.parse(AuditExport);
    const { format, output, start } = flags;
    if (format === 'log' && (output === undefined || start > 0))
      throw new CliError('wrong_flags', 'The format log is one whole file: name it with -o, and leave out --start.');
    refuseJsonWithoutFile(this.jsonEnabled(), output);
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
      const events =
        format === 'log'
          ? await writeExport(output!, header, readEntries(client, 0, size))
          : await this.#writeEvents(client, { format, path: output, start, size });
      if (output !== undefined) this.print(`Saved ${formatCount(events)} events to ${output}. `);
      return { file: output ?? null, events, next: Math.max(start, size) };
    });
  }

  async #writeEvents(
    client: ApiClient,
    { format, path, start, size }: { format: SiemFormat; path: string | undefined; start: number; size: number },
  ): Promise<number> {
    const source = await describeSource(client, this.config.version);
    const events = async function* (): AsyncGenerator<SiemEvent> {
      for await (const entry of readEntries(client, start, size)) yield toAuditEvent(entry);
    };
    return writeEvents(events(), { format, path, source });
  }
}
