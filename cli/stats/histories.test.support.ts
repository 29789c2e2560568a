import fc from 'fast-check';

/** Lines of one file that a recorder says somebody wrote. */
export interface Said {
  source: 'git-ai' | 'blameprompt';
  by: 'claude' | 'cursor' | 'human';
  path: string;
  start: number;
  end: number;
}

export interface Commit {
  mark: number;
  parents: Commit[];
  branch: string;
  /** Unix seconds; later commits have later ones. */
  time: number;
  /** Each line is found nowhere else, so that what a commit added can be told without comparing. */
  files: Map<string, string[]>;
  /** In the order of the notes. */
  said: Said[];
}

export const PATHS = ['a.ts', 'src/b c.ts', 'src/d.ts', 'lib/e.ts', 'yarn.lock', 'vendor/f.ts'];

const said = fc.record({
  source: fc.constantFrom('git-ai' as const, 'blameprompt' as const),
  by: fc.constantFrom('claude' as const, 'cursor' as const, 'human' as const),
  path: fc.nat(),
  start: fc.integer({ min: 1, max: 15 }),
  more: fc.nat(8),
});

const step = fc.record({
  kind: fc.constantFrom(
    ...(['edit', 'edit', 'edit', 'add', 'add', 'delete', 'rename', 'rewrite', 'branch', 'merge', 'squash'] as const),
  ),
  onSide: fc.boolean(),
  pick: fc.nat(),
  at: fc.nat(),
  count: fc.integer({ min: 1, max: 5 }),
  notes: fc.oneof(fc.array(said, { maxLength: 0 }), fc.array(said, { minLength: 1, maxLength: 6 })),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Commits of a repository in their order. The last one on `main` is its tip; some are on no branch that counts. */
export const history: fc.Arbitrary<Commit[]> = fc.array(step, { minLength: 5, maxLength: 16 }).map((steps) => {
  const builder = new Builder();
  for (const one of steps) builder.apply(one);
  return builder.commits;
});

class Builder {
  readonly commits: Commit[] = [];
  #lines = 0;
  #main: Commit;
  #side: { base: Commit; tip: Commit } | undefined;

  constructor() {
    this.#main = this.#commit([], 'main', new Map([['a.ts', this.#newLines(12)]]), []);
  }

  apply({ kind, onSide, pick, at, count, notes: told }: Step): void {
    if (kind === 'branch') this.#side ??= { base: this.#main, tip: this.#main };
    else if (kind === 'merge' || kind === 'squash') {
      if (!this.#side || this.#side.tip === this.#side.base) return;
      const parents = kind === 'merge' ? [this.#main, this.#side.tip] : [this.#main];
      const files = merged(this.#side.base, this.#main, this.#side.tip);
      // A squash of one commit would be the same patch again, which inherits its notes (docs/counting.md): told apart here.
      const changed = kind === 'merge' ? files : this.#changed(files, 'edit', pick, at, count);
      this.#main = this.#commit(parents, 'main', changed, told);
      this.#side = undefined;
    } else if (onSide && this.#side) {
      const { tip } = this.#side;
      const branch = tip === this.#side.base ? `side-${tip.mark}` : tip.branch;
      this.#side.tip = this.#commit([tip], branch, this.#changed(tip.files, kind, pick, at, count), told);
    } else
      this.#main = this.#commit([this.#main], 'main', this.#changed(this.#main.files, kind, pick, at, count), told);
  }

  #commit(parents: Commit[], branch: string, files: Commit['files'], notes: Step['notes']): Commit {
    const mark = this.commits.length + 1;
    // Files that are there, and one that may be.
    const paths = [...files.keys(), ...PATHS.slice(-1)];
    const told = notes.map(({ path, more, ...one }) => ({
      ...one,
      path: paths[path % paths.length]!,
      end: one.start + more,
    }));
    const commit = { mark, parents, branch, time: 1_700_000_000 + mark * 60, files, said: told };
    this.commits.push(commit);
    return commit;
  }

  #changed(before: Commit['files'], kind: Step['kind'], pick: number, at: number, count: number): Commit['files'] {
    const files = new Map(before);
    const path = [...files.keys()][pick % Math.max(1, files.size)];
    const free = PATHS.filter((one) => !files.has(one))[at % Math.max(1, PATHS.length - files.size)];
    const lines = path === undefined ? [] : files.get(path)!;
    const place = at % (lines.length + 1);
    if (kind === 'add' && free !== undefined) files.set(free, this.#newLines(10 + count));
    if (path === undefined) return files;
    if (kind === 'edit') files.set(path, lines.toSpliced(place, count - 1, ...this.#newLines(count)));
    if (kind === 'delete') files.delete(path);
    if ((kind === 'rename' || kind === 'rewrite') && free !== undefined) {
      files.delete(path);
      const kept = kind === 'rename' ? lines.length : Math.floor(lines.length / 4);
      files.set(free, [...lines.slice(0, kept).toSpliced(place, 1), ...this.#newLines(lines.length - kept + 1)]);
    }
    return files;
  }

  #newLines(count: number): string[] {
    return Array.from({ length: count }, () => `line ${String(++this.#lines).padStart(6, '0')}`);
  }
}

/** The side's version of what changed there, main's of all else: one of many merges that a person could make. */
function merged(base: Commit, main: Commit, side: Commit): Commit['files'] {
  const files = new Map(main.files);
  for (const path of PATHS) {
    const version = side.files.get(path);
    if (version === base.files.get(path)) continue;
    if (version) files.set(path, version);
    else files.delete(path);
  }
  return files;
}
