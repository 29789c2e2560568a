import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The git hooks we take part in. */
export const HOOKS = ['pre-commit', 'post-commit', 'post-rewrite', 'post-merge', 'pre-push'] as const;
export type Hook = (typeof HOOKS)[number];

const FOLDER = new URL('../../../hooks/', import.meta.url);

/** Our program, wherever it is installed, and the part of it that is quick to start (write-bundle.ts). */
const PROGRAM = fileURLToPath(new URL('../bin.js', import.meta.url));
const CHECK = fileURLToPath(new URL('./check.cjs', import.meta.url));

/** What stands in a hook's file: a few lines that find the clone's own script (`scriptFor`) and run it. The same everywhere. */
export const sectionFor = (hook: Hook) => render('section', { HOOK: hook });

/** What follows our section in a file that took the place of a hook which is no shell script: it runs that hook. */
export const originalFor = (hook: Hook) => render('original', { HOOK: hook });

/** The script of a clone, with the whole paths of node and of our program. */
export function scriptFor(hook: Hook): string {
  const program = hook === 'pre-commit' && existsSync(CHECK) ? CHECK : PROGRAM;
  return render(hook, { HOOK: hook, NODE: shellWord(process.execPath), PROGRAM: shellWord(program) });
}

/** The templates are sh, so that editors and linters know them: `@NAME@` is a value, `# include x` stands for parts/x.sh. */
function render(name: string, values: Record<string, string>): string {
  const text = readFileSync(new URL(`${name}.sh`, FOLDER), 'utf8');
  return text
    .replace(/^# include (.+)\n/gm, (_, part: string) => render(`parts/${part}`, values))
    .replace(/@([A-Z]+)@/g, (whole, key: string) => values[key] ?? whole);
}

/** Any text as one word of sh. */
const shellWord = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
