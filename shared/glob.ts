/**
 * File patterns as .gitignore and .gitattributes write them, matched against a path with `/`:
 *
 *     *.lock            by the file's name, in any folder
 *     docs/*.md         with a slash: from the root
 *     /a.ts             a leading slash: from the root, too
 *     src/**\/gen/*.ts   `**` stands for any number of folders, none included
 *     vendor/           a slash at the end: everything in folders of that name
 *     [a-z]?.t\*t       one character of a class, any one character, and the character itself
 *
 * No regular expression is built from them: patterns come from repositories, and time must not explode. Matching takes
 * at most (length of the pattern × length of the path) steps for each folder of the path.
 */
export type Matcher = (path: string) => boolean;

export function compileGlob(pattern: string): Matcher {
  const insideFolder = pattern.endsWith('/');
  const text = insideFolder ? pattern.slice(0, -1) : pattern;
  const anchored = text.includes('/');
  const segments = text.replace(/^\//, '').split('/');
  if (insideFolder) segments.push('**');
  if (!anchored) {
    if (!insideFolder) {
      const fits = compileSegment(segments[0]!);
      return (path) => fits(path.slice(path.lastIndexOf('/') + 1));
    }
    segments.unshift('**');
  }
  const compiled = segments.map((segment) => (segment === '**' ? '**' : compileSegment(segment)));
  return (path) => matchSegments(compiled, path.split('/'));
}

/** One name of a path. Most patterns are a plain name or `*.something`. */
function compileSegment(pattern: string): Matcher {
  const rest = pattern.slice(1);
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  if (pattern.startsWith('*') && !/[*?[\\]/.test(rest)) return (name) => name.endsWith(rest);
  const compiled = tokens(pattern);
  return (name) => matchTokens(compiled, [...name]);
}

/** `*`, or a test for one character. */
type Token = '*' | ((character: string) => boolean);

function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    const close = character === '[' ? endOfClass(characters, i) : -1;
    if (character === '*') {
      // One after the other they mean the same as one.
      if (found.at(-1) !== '*') found.push('*');
    } else if (character === '?') {
      found.push(() => true);
    } else if (close > 0) {
      found.push(classOf(characters.slice(i + 1, close)));
      i = close;
    } else {
      const literal = character === '\\' ? (characters[++i] ?? '\\') : character;
      found.push((other) => other === literal);
    }
  }
  return found;
}

/** A `]` right after the opening (or the negation) belongs to the class. */
function endOfClass(characters: string[], open: number): number {
  const negated = characters[open + 1] === '!' || characters[open + 1] === '^';
  return characters.indexOf(']', open + (negated ? 3 : 2));
}

function classOf(characters: string[]): (character: string) => boolean {
  const negated = characters[0] === '!' || characters[0] === '^';
  const members = negated ? characters.slice(1) : characters;
  const ranges: [string, string][] = [];
  for (let i = 0; i < members.length; i++) {
    const from = members[i]!;
    const isRange = members[i + 1] === '-' && i + 2 < members.length;
    ranges.push([from, isRange ? members[i + 2]! : from]);
    if (isRange) i += 2;
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}

function matchSegments(pattern: readonly (Matcher | '**')[], path: string[]): boolean {
  return matchWildcard(
    pattern,
    path,
    (part) => part === '**',
    (part, segment) => part !== '**' && part(segment),
    // `a/**` is what is in a, not a itself.
    true,
  );
}

function matchTokens(pattern: readonly Token[], text: readonly string[]): boolean {
  return matchWildcard(
    pattern,
    text,
    (token) => token === '*',
    (token, character) => token !== '*' && token(character),
    false,
  );
}

/**
 * The usual walk with one way back: when something does not fit, the last wildcard takes one item more. Earlier ones
 * never need to, so no combination is tried twice. `lastTakesOne`: a
 * wildcard at the end does not fit nothing.
 */
export function matchWildcard<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isWildcard: (part: P) => boolean,
  fits: (part: P, item: T) => boolean,
  lastTakesOne: boolean,
): boolean {
  let p = 0;
  let i = 0;
  let wildcard = -1;
  let taken = 0;
  while (i < items.length) {
    const part = pattern[p];
    if (part !== undefined && isWildcard(part)) {
      wildcard = p++;
      taken = i;
    } else if (part !== undefined && fits(part, items[i]!)) {
      p++;
      i++;
    } else if (wildcard >= 0) {
      p = wildcard + 1;
      i = ++taken;
    } else {
      return false;
    }
  }
  if (p === pattern.length) return true;
  return p === pattern.length - 1 && isWildcard(pattern[p]!) && !lastTakesOne;
}
