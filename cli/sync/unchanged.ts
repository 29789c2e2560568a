import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { computeMemo, findPlace } from './memo.js';

interface Remembered {
  memo?: { digest: string; repo: string };
  branch?: { name: string } | null;
}

/**
 * Answers `enterprise sync` at once when nothing has changed since the last complete one: true when it did. Only the
 * plain forms are answered here (`-C <folder>`, `--json`); with any other flag, or any doubt, the command itself decides.
 */
export async function answerUnchanged(args: string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const started = performance.now();
  const form = plainForm(args);
  const place = form && (await findPlace(form.directory));
  if (!form || !place) return false;
  for (const { memo, branch } of await readRemembered(place.commonDir)) {
    if (!memo || !branch || memo.digest !== (await computeMemo(place, branch.name, env))) continue;
    const { nothingNew } = await import('./nothing-new.js');
    const { formatSync } = await import('../format-sync.js');
    const result = nothingNew(memo.repo, Math.round(performance.now() - started));
    process.stdout.write(`${form.json ? JSON.stringify(result, null, 2) : formatSync(result, false)}\n`);
    return true;
  }
  return false;
}

function plainForm(args: string[]): { directory: string; json: boolean } | undefined {
  const form = { directory: '.', json: false };
  for (let i = 0; i < args.length; i++) {
    const value = args[i + 1];
    if (args[i] === '--json') form.json = true;
    else if ((args[i] === '-C' || args[i] === '--directory') && value !== undefined) {
      form.directory = value;
      i++;
    } else return undefined;
  }
  return form;
}

/** What syncs left behind. Whatever is odd in the file makes no answer here; the slow way repairs it. */
async function readRemembered(commonDir: string): Promise<Remembered[]> {
  try {
    const { servers } = JSON.parse(await readFile(join(commonDir, 'blameprompt', 'state.json'), 'utf8'));
    return Object.values(servers as Record<string, Remembered>);
  } catch {
    return [];
  }
}
