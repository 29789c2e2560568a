import { normalizeModel } from '../names.js';

/**
 * Endings that do not change the price of a token: the day of a snapshot, `latest`, Claude Code's `[1m]`, and the effort
 * that Cursor and others append. `-fast` and `-max` stay: they are sold at other prices or are models of their own.
 */
const ENDING = /(?:[-@]20\d{6}|-20\d\d-\d\d-\d\d|-latest|\[1m\]|-(?:thinking|minimal|low|medium|high|xhigh))$/;

/**
 * Names under which a model may stand in a price table: as recorded, without endings, and for Claude in the vendor's
 * own order (`claude-4.5-sonnet-thinking` → `claude-sonnet-4-5`). A name that is wrong finds no price and does no harm.
 */
export function spellings(model: unknown): string[] {
  const recorded = normalizeModel(model)?.toLowerCase();
  if (recorded === undefined) return [];
  const names = [recorded];
  for (let name = recorded; ENDING.test(name); ) {
    name = name.replace(ENDING, '');
    names.push(name);
  }
  return [...new Set(names.flatMap((name) => (name.startsWith('claude-') ? claudeSpellings(name) : [name])))];
}

function claudeSpellings(name: string): string[] {
  const dashed = name.replaceAll('.', '-');
  return [
    name,
    dashed,
    dashed.replace(/^claude-(\d+(?:-\d+)?)-([a-z]+)$/, 'claude-$2-$1'),
    dashed.replace(/^claude-([a-z]+)-(\d+(?:-\d+)?)$/, 'claude-$2-$1'),
  ];
}
