import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where its writer does not look, either: hidden folders, and those that hold other people's code. */
const SKIPPED = /^\.|^(node_modules|target)$/;
const MAX_DEPTH = 8;
const MAX_FOLDERS = 20_000;

/** BlamePrompt's staging files in a work tree, as paths below it. The hook looks at less, since it must cost nothing. */
export async function findStaging(root: string): Promise<string[]> {
  const found: string[] = [];
  let folders = ['.'];
  for (let depth = 0, seen = 0; depth <= MAX_DEPTH && folders.length > 0 && seen < MAX_FOLDERS; depth++) {
    const below: string[] = [];
    for (const folder of folders) {
      seen++;
      const file = join(folder, '.blameprompt', 'staging.json');
      if (
        await stat(join(root, file)).then(
          (entry) => entry.isFile(),
          () => false,
        )
      )
        found.push(file);
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (entry.isDirectory() && !SKIPPED.test(entry.name)) below.push(join(folder, entry.name));
      }
    }
    folders = below;
  }
  return found;
}
