import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LineSet, normalize } from '../../shared/line-set.js';
import { snippet } from './code.js';
import type { Work } from './plan.js';

/** What one commit of the sample did to one file. */
export interface WrittenFile {
  path: string;
  /** Lines of the new file that the tool wrote, and those that the developer did. */
  byTool: LineSet;
  own: LineSet;
  deletions: number;
}

/** The files of the sample's work tree, each a list of snippets, so that it is known where every line comes from. */
export class SampleFiles {
  readonly #dir: string;
  readonly #snippets = new Map<string, string[][]>();
  readonly #used = new Map<string, number>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Does the work of one commit. */
  async write(files: Readonly<Record<string, Work>>): Promise<WrittenFile[]> {
    const written: WrittenFile[] = [];
    for (const [path, work] of Object.entries(files)) {
      written.push(this.#edit(path, work));
      const text = this.#snippets.get(path)!.flat().join('\n');
      await mkdir(dirname(join(this.#dir, path)), { recursive: true });
      await writeFile(join(this.#dir, path), `${text}\n`);
    }
    return written;
  }

  /** New snippets take the places of those that are replaced, from the second on, then go to the end. */
  #edit(path: string, [byTool, own = 0, replaced = 0]: Work): WrittenFile {
    const snippets = this.#snippets.get(path) ?? [];
    this.#snippets.set(path, snippets);
    const authors = new Map<string[], 'byTool' | 'own'>();
    let deletions = 0;
    for (let i = 0; i < byTool + own; i++) {
      const place = i < replaced ? i + 1 : snippets.length;
      const lines = this.#next(path);
      if (place > 0) lines.unshift('');
      deletions += snippets[place]?.length ?? 0;
      snippets[place] = lines;
      authors.set(lines, i < byTool ? 'byTool' : 'own');
    }
    const ranges: Record<'byTool' | 'own', [number, number][]> = { byTool: [], own: [] };
    let line = 1;
    for (const lines of snippets) {
      const author = authors.get(lines);
      if (author) ranges[author].push([line, line + lines.length - 1]);
      line += lines.length;
    }
    return { path, byTool: normalize(ranges.byTool), own: normalize(ranges.own), deletions };
  }

  #next(path: string): string[] {
    const number = this.#used.get(path) ?? 0;
    this.#used.set(path, number + 1);
    return [...snippet(path, number)];
  }
}
