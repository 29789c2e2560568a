/** The trailers of a commit message, in their order; keys in lower case, folded values in one line. */
export type Trailer = readonly [key: string, value: string];

const SEPARATED = /^([A-Za-z0-9-]+)[ \t]*:([^\n]*)$/;
const GENERATED = /^(?:Signed-off-by: |\(cherry picked from commit )/;

/**
 * Git's own rules (`git help interpret-trailers`): trailers are the last paragraph, unless it is the title, and each of
 * its lines is one, goes on with the one before, or is a comment. Where git wrote one of them, a quarter is enough.
 */
export function trailersOf(message: string): Trailer[] {
  const lines = lastParagraph(message);
  let trailers = 0;
  let others = 0;
  let folded = 0;
  for (const line of lines.toReversed()) {
    if (isFolded(line)) folded++;
    else {
      if (GENERATED.test(line) || SEPARATED.test(line)) trailers++;
      else others += folded + (isComment(line) ? 0 : 1);
      folded = 0;
    }
  }
  others += folded;
  const areTrailers =
    others === 0 ? trailers > 0 : lines.some((line) => GENERATED.test(line)) && trailers * 3 >= others;
  return areTrailers ? read(lines) : [];
}

function read(lines: string[]): Trailer[] {
  const found: [string, string[]][] = [];
  let open: string[] | undefined;
  for (const line of lines) {
    const [, key, value] = SEPARATED.exec(line) ?? [];
    if (key !== undefined) {
      open = [value!];
      found.push([key.toLowerCase(), open]);
    } else if (isFolded(line)) open?.push(line);
    else open = undefined;
  }
  return found.map(([key, values]) => [
    key,
    values
      .map((value) => value.trim())
      .join(' ')
      .trim(),
  ]);
}

/** The lines of the last paragraph; none when it is the title, the first one. */
function lastParagraph(message: string): string[] {
  const lines: string[] = [];
  let begun = false;
  for (let end = message.length; end > 0; ) {
    const start = message.lastIndexOf('\n', end - 1) + 1;
    const line = message.slice(start, end).replace(/\r$/, '');
    end = start - 1;
    const blank = line.trim() === '';
    if (blank && begun) return hasText(message, start) ? lines.reverse() : [];
    if (!blank) lines.push(line);
    begun ||= !blank && !isComment(line);
  }
  return [];
}

function hasText(message: string, end: number): boolean {
  return /\S/.test(message.slice(0, end));
}

const isFolded = (line: string) => line.startsWith(' ') || line.startsWith('\t');
const isComment = (line: string) => line.startsWith('#');
