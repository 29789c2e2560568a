import { parse } from 'smol-toml';
import type { SettingsPatch } from '../shared/api/settings.js';
import { CliError } from './errors.js';

export interface GivenValue {
  values: string[];
  file: { path: string; text: string } | undefined;
  toDefault: boolean;
}

/** How the value of each setting is read; the server checks what it is. */
const READERS: Record<string, (given: GivenValue) => unknown> = {
  'privacy.prompts': one,
  'retention_days.receipts': days,
  'retention_days.prompts': days,
  'retention_days.audit': days,
  prices,
  ignore: ({ values }) => values,
  time_zone: one,
  'reports.min_group_size': people,
};
export const SETTING_NAMES = Object.keys(READERS);

/** The patch that sets one setting: `retention_days.audit` and `400` as `{retention_days: {audit: 400}}`. */
export function readPatch(name: string, given: GivenValue): SettingsPatch {
  const { values, file, toDefault } = given;
  if (file && name !== 'prices') throw usage(`${name} takes a value, not a file.`);
  if (toDefault && values.length > 0) throw usage('--default takes no value.');
  if (!toDefault && !file && values.length === 0) throw usage(`Give ${name} a value, or --default.`);
  const value = toDefault ? null : READERS[name]!(given);
  return name.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as SettingsPatch;
}

function one({ values }: GivenValue): string {
  if (values.length > 1) throw usage('This setting takes one value.');
  return values[0]!;
}

function days(given: GivenValue): number {
  const text = one(given);
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw usage(`Retention is a number of days, not "${text}"; --default keeps for ever.`);
  return Number(text);
}

function people(given: GivenValue): number {
  const text = one(given);
  if (!/^[1-9]\d{0,3}$/.test(text)) throw usage(`The least size of a group is a number of people, not "${text}".`);
  return Number(text);
}

function prices({ file, values }: GivenValue): unknown {
  if (!file || values.length > 0) throw usage('Prices come from a file: settings set prices --file prices.toml');
  try {
    const content = (file.path.endsWith('.json') ? JSON.parse(file.text) : parse(file.text)) as { prices?: unknown };
    if (!Array.isArray(content.prices)) throw new Error('it holds no list "prices"');
    return content.prices;
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new CliError('invalid_file', `Cannot use ${file.path}: ${reason}. docs/prices.md shows one.`, { cause });
  }
}

const usage = (message: string) => new CliError('usage', message);
