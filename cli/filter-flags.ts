import { Flags } from '@oclif/core';

/** The filters of receipts and analytics, as flags of the same names. */
export const filterFlags = {
  repo: Flags.string({ description: 'a repository: its name or any remote URL' }),
  user: Flags.string({ description: 'a person: e-mail or name' }),
  model: Flags.string({ description: 'a model' }),
  provider: Flags.string({ description: 'a provider' }),
  tool: Flags.string({ description: 'a tool' }),
  team: Flags.string({ description: 'a team, by its slug' }),
  from: Flags.string({ description: 'first day (2026-02-14) or timestamp' }),
  to: Flags.string({ description: 'last day, included, or timestamp, excluded' }),
  q: Flags.string({ description: 'text in summaries, paths, models, sessions, people' }),
};

const NAMES = Object.keys(filterFlags) as (keyof typeof filterFlags)[];

/** The filters among a command's flags. */
export function pickFilters(
  flags: Partial<Record<keyof typeof filterFlags, string | undefined>>,
): Partial<Record<keyof typeof filterFlags, string>> {
  return Object.fromEntries(NAMES.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));
}
