#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { backup, restore } from './commands/backup.js';
import { createApiKey, revokeApiKey, showKeys } from './commands/key.js';
import { createOrg, showOrgs } from './commands/org.js';
import type { Output } from './commands/output.js';
import { start } from './commands/start.js';
import { prepareDatabase } from './commands/with-database.js';
import { type Config, readConfig } from './config.js';
import { ServerError } from './errors.js';
import { version } from './version.js';

const USAGE = `blameprompt-server [command] [flags]

Commands
  start                                   run the server (the default)
  migrate                                 bring the database to the newest schema
  org create <slug> [--name <name>]       make an org; prints its first API key, once
  org list
  key create --org <slug> --name <name> --scopes <a,b> [--expires 90d]
  key list [--org <slug>]
  key revoke <id or selector>
  backup -o <file>                        save all orgs in one file, also while the server runs
  restore <file> [--force]                read it into an empty database; --force replaces what is there

Flags
  --port <n> --host <address>             where to listen (3000 on 127.0.0.1)
  --data-dir <path>                       data of the embedded PostgreSQL
  --database-url <url>                    a PostgreSQL of your own (better: the environment's DATABASE_URL)
  --json                                  answers for programs
  --version --help

Settings come from flags, then the environment; docs/configuration.md lists them all.`;

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  'database-url': { type: 'string' },
  name: { type: 'string' },
  org: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Flags = ReturnType<typeof parseFlags>['values'];
const parseFlags = (args: string[]) => parseArgs({ args, options, allowPositionals: true });

async function run(
  config: Config,
  [noun = 'start', verb, subject, ...rest]: string[],
  flags: Flags,
): Promise<Output | undefined> {
  const command = ['org', 'key'].includes(noun) ? `${noun} ${verb ?? ''}` : noun;
  const extra = ['org', 'key'].includes(noun) ? rest : [...(noun === 'restore' ? [] : [verb]), subject, ...rest];
  if (extra.some((word) => word !== undefined))
    throw new ServerError('usage', `Too many words after "${command}".\n\n${USAGE}`);
  switch (command) {
    case 'start':
      await start(config);
      return undefined;
    case 'migrate':
      return migrateCommand(config);
    case 'backup':
      return backup(config, flags.output);
    case 'restore':
      return restore(config, verb, flags.force ?? false);
    case 'org create':
      return createOrg(config, subject, flags.name);
    case 'org list':
      return showOrgs(config);
    case 'key create':
      return createApiKey(config, flags);
    case 'key list':
      return showKeys(config, flags.org);
    case 'key revoke':
      return revokeApiKey(config, subject);
    default:
      throw new ServerError('usage', `There is no command "${command.trim()}".\n\n${USAGE}`);
  }
}

async function migrateCommand(config: Config): Promise<Output> {
  const location = await prepareDatabase(config, () => {});
  await location.cluster?.release();
  const { applied } = location;
  return {
    json: { applied },
    text: applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`,
  };
}

async function main(): Promise<number> {
  let json = process.argv.includes('--json');
  try {
    const { values: flags, positionals } = parseFlags(process.argv.slice(2));
    json = flags.json ?? false;
    if (flags.help) return print(USAGE);
    if (flags.version) return print(version);
    const output = await run(readConfig(flags), positionals, flags);
    return output ? print(json ? JSON.stringify(output.json, null, 2) : output.text) : 0;
  } catch (error) {
    const { code = 'internal', message, stack } = error as Error & { code?: string };
    const expected = error instanceof ServerError || code.startsWith('ERR_PARSE_ARGS');
    if (json) print(JSON.stringify({ error: { code, message } }));
    process.stderr.write(`${expected ? `blameprompt-server: ${message}` : stack}\n`);
    return expected ? 2 : 1;
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

process.exitCode = await main();
