import { Flags } from '@oclif/core';
import { listViolations } from '../../../../shared/api/violations.js';
import type { SiemEvent } from '../../../../shared/siem/event.js';
import type { ApiClient } from '../../../api-client.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { refuseJsonWithoutFile, siemFormatFlag } from '../../../siem/flags.js';
import { describeSource, writeEvents } from '../../../siem/write-events.js';
import { formatCount } from '../../../terminal.js';

interface Filters {
  from?: string;
  to?: string;
  repo?: string;
  team?: string;
  policy?: string;
}

export default class ViolationsExport extends BaseCommand {
  static override summary = 'Save violations as events for a SIEM, newest first';
  static override examples = [
    '<%= config.bin %> enterprise violations export --format ocsf --from 2026-02-01 -o found.jsonl',
  ];
  static override flags = {
    format: siemFormatFlag({ default: 'jsonl' }),
    output: Flags.string({ char: 'o', description: 'file to write; standard output without it' }),
    from: Flags.string({ description: 'first day (2026-02-14) or timestamp' }),
    to: Flags.string({ description: 'last day, included, or timestamp, excluded' }),
    repo: Flags.string({ description: 'in a repository: its name or any remote URL' }),
    team: Flags.string({ description: 'of a team' }),
    policy: Flags.string({ description: 'of a policy: name or id' }),
    ...clientFlags,
  };

  async run(): Promise<{ file: string | null; events: number }> {
    const { flags } = await this.parse(ViolationsExport);
    const { format, output, from, to, repo, team, policy } = flags;
    refuseJsonWithoutFile(this.jsonEnabled(), output);
    const filters = Object.fromEntries(
      Object.entries({ from, to, repo, team, policy }).filter(([, value]) => value !== undefined),
    );
    const access = await this.access(await this.settings(flags.directory, flags));
    return this.withServer(access, async (client) => {
      const source = await describeSource(client, this.config.version);
      const events = await writeEvents(readAll(client, filters), { format, path: output, source });
      if (output !== undefined) this.print(`Saved ${formatCount(events)} violations to ${output}.`);
      return { file: output ?? null, events };
    });
  }
}

async function* readAll(client: ApiClient, filters: Filters): AsyncGenerator<SiemEvent> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { ...filters, limit: 500, ...(cursor !== undefined && { cursor }) };
    const page = await client.call(listViolations, { query });
    for (const item of page.violations) yield { type: 'violation', item };
    cursor = page.next_cursor;
  }
}
