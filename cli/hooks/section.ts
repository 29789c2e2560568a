import { CliError } from '../errors.js';
import type { Hook } from './templates.js';

/**
 * Our part of a hook's file stands between two lines. Recorders look for the name of theirs in such files and delete what
 * stands between lines of their own, so these lines hold neither (formats.md, section 2).
 *
 * Files are handled as latin1 text, which keeps every byte.
 */
const begin = (hook: Hook) => `# >>> blameprompt-enterprise: ${hook}`;
const end = (hook: Hook) => `# <<< blameprompt-enterprise: ${hook}`;

/** How a file came to hold our part; said in its first line, so that it can be taken out again. */
export type Kind = 'inserted' | 'new file' | 'in place of another';
const KINDS: Record<Kind, string> = {
  inserted: '',
  'new file': ' (new file)',
  'in place of another': ' (the hook that was here is in blameprompt-original)',
};

export const SHEBANG = '#!/bin/sh\n';

export interface Found {
  kind: Kind;
  /** What stands between our two lines. */
  body: string;
  before: string;
  after: string;
}

/** Our part of a file; undefined when there is none. Throws when only one of its two lines is left. */
export function findSection(text: string, hook: Hook): Found | undefined {
  const from = lineStart(text, begin(hook));
  const to = lineStart(text, end(hook));
  if (from < 0 && to < 0) return undefined;
  const bodyFrom = text.indexOf('\n', from) + 1;
  if (from < 0 || to < bodyFrom || bodyFrom === 0) throw damaged(hook);
  const marker = text.slice(from, bodyFrom);
  const kind = (Object.keys(KINDS) as Kind[]).find((name) => KINDS[name] !== '' && marker.includes(KINDS[name]));
  const next = text.indexOf('\n', to);
  // Without a newline at its end our part stands behind a first line that had none, either: that newline came with us.
  const before = next < 0 && text[from - 1] === '\n' ? text.slice(0, from - 1) : text.slice(0, from);
  const after = next < 0 ? '' : text.slice(next + 1);
  return { kind: kind ?? 'inserted', body: text.slice(bodyFrom, to), before, after };
}

/**
 * The text with our part right below the first line, if that names the shell, else at the very top: an `exit` or `exec` of what
 * follows can't skip it. A part that is there already is replaced.
 */
export function withSection(text: string, hook: Hook, body: string, kind: Kind = 'inserted'): string {
  const found = findSection(text, hook);
  const part = (as: Kind) => `${begin(hook)}${KINDS[as]} >>>\n${body}${end(hook)} <<<`;
  if (found) {
    const bare = found.after === '' && !text.endsWith('\n');
    return `${found.before}${bare ? '\n' : ''}${part(found.kind)}${bare ? '' : '\n'}${found.after}`;
  }
  const firstLine = text.startsWith('#!') ? (/^[^\n]*\n?/.exec(text)?.[0] ?? '') : '';
  if (firstLine !== '' && !firstLine.endsWith('\n')) return `${firstLine}\n${part(kind)}`;
  return `${firstLine}${part(kind)}\n${text.slice(firstLine.length)}`;
}

function lineStart(text: string, marker: string): number {
  if (text.startsWith(marker)) return 0;
  const at = text.indexOf(`\n${marker}`);
  return at < 0 ? -1 : at + 1;
}

function damaged(hook: Hook): CliError {
  return new CliError(
    'damaged_section',
    `The hook ${hook} holds only one of the two lines around the part of blameprompt-enterprise. Take the rest of that part out by hand, then install again.`,
  );
}
