import { Flags } from '@oclif/core';
import { CliError } from './errors.js';

const days = (what: string) =>
  Flags.string({ description: `days that ${what} are kept, or "forever"`, helpValue: '<days>' });

/** How long what is kept. */
export const retentionFlags = {
  receipts: days('receipts and what policies found in them'),
  prompts: days('summaries of prompts'),
  audit: days('details of the audit log'),
};

/** What the flags say as a patch of the settings; null stands for "forever". Throws when none is given. */
export function readRetention(flags: Record<'receipts' | 'prompts' | 'audit', string | undefined>) {
  const given = Object.entries(flags).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (given.length === 0) throw new CliError('usage', 'Give --receipts, --prompts or --audit.');
  return Object.fromEntries(given.map(([name, text]) => [name, readDays(text)]));
}

function readDays(text: string): number | null {
  if (text === 'forever') return null;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CliError('usage', `Retention is a number of days, or "forever", not "${text}".`);
}
