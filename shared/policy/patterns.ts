import { compileGlob, matchWildcard } from '../glob.js';
import { type Size, sizeOf } from './budget.js';

/** Patterns of one policy; `find` answers the one that fits, as it was written. */
export interface Patterns {
  size: Size;
  find: (text: string) => string | undefined;
}

function firstOf(patterns: readonly string[], compile: (pattern: string) => (text: string) => boolean): Patterns {
  // Only once something is looked for: most policies of an org do not speak of the change in hand.
  let compiled: { pattern: string; matches: (text: string) => boolean }[] | undefined;
  const find = (text: string) => {
    compiled ??= patterns.map((pattern) => ({ pattern, matches: compile(pattern) }));
    return compiled.find(({ matches }) => matches(text))?.pattern;
  };
  return { size: sizeOf(patterns), find };
}

/** Names of repositories: `*` stands for any text, slashes included, `?` for one character; case does not matter. */
export const repoPatterns = (patterns: readonly string[]): Patterns =>
  firstOf(patterns, (pattern) => {
    const matches = compileWildcard(pattern.toLowerCase());
    return (repo) => matches(repo.toLowerCase());
  });

/** Paths as .gitignore means them: what names a folder (`crypto`, `src/crypto`) means everything in it. */
export const pathPatterns = (patterns: readonly string[]): Patterns =>
  firstOf(patterns, (pattern) => {
    const literal = longestLiteral(pattern);
    const itself = compileGlob(pattern);
    const inside = /(\/|\/\*\*)$/.test(pattern) ? itself : compileGlob(`${pattern}/`);
    return (path) => path.includes(literal) && (itself(path) || inside(path));
  });

/** A text that every path has that the pattern fits: looking for it first tells nearly always. */
function longestLiteral(pattern: string): string {
  if (/[[\\]/.test(pattern)) return '';
  const literals = pattern.split(/\/?[*?]+\/?/).map((text) => text.replace(/^\/|\/$/g, ''));
  return literals.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}

/** What separates a family from its members: `claude-opus` and `claude-opus-4-6`, `gpt-5` and `gpt-5:free`. */
const FAMILY_ENDS = new Set(['-', '@', ':']);

/**
 * Names of models and providers: the name itself, a family of it, or a wildcard pattern; with a slash, `provider/model`.
 * Both pattern and name in lower case.
 */
export const namePatterns = (patterns: readonly string[]): Patterns =>
  firstOf(patterns, (text) => {
    const pattern = text.trim().toLowerCase();
    if (/[*?]/.test(pattern)) return compileWildcard(pattern);
    return (name) =>
      name.startsWith(pattern) && (name.length === pattern.length || FAMILY_ENDS.has(name[pattern.length]!));
  });

function compileWildcard(pattern: string): (text: string) => boolean {
  const parts = [...pattern];
  return (text) =>
    matchWildcard(
      parts,
      [...text],
      (part) => part === '*',
      (part, character) => part === '?' || part === character,
      false,
    );
}
