import type { Team } from '../shared/api/teams.js';
import { formatCount, printable } from './terminal.js';

/** What a change of teams did to receipts, as a sentence to put behind another. */
export function formatReattributed(count: number): string {
  if (count === 0) return 'No receipt counts for another team.';
  return count === 1
    ? '1 receipt counts for another team now.'
    : `${formatCount(count)} receipts count for another team now.`;
}

/** `web (The Web)` */
export const teamLabel = ({ slug, name }: Pick<Team, 'slug' | 'name'>): string =>
  printable(name === slug ? slug : `${slug} (${name})`);
