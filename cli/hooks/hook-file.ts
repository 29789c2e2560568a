import { chmod, lstat, mkdir, readFile, readlink, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { findSection, SHEBANG, withSection } from './section.js';
import { type Hook, originalFor, sectionFor } from './templates.js';

/** Hooks that can hold no part of ours (Python, binaries, links to tracked scripts) wait here, under their own names. */
const ASIDE = 'blameprompt-original';

/** Shells that run our part. Others, zsh among them, differ where it matters. */
const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'ksh', 'mksh']);

export interface HookFile {
  path: string;
  hook: Hook;
  /** Husky's own files are run by `sh -e` and need neither a first line nor permission to be executed. */
  husky: boolean;
}

export type Installed = 'created' | 'inserted' | 'updated' | 'unchanged' | 'moved aside';

/** Puts our part into a hook's file, which may be missing, another tool's, or no shell script at all. Does it once. */
export async function installInto({ path, hook, husky }: HookFile): Promise<Installed> {
  const section = sectionFor(hook);
  const file = await lstat(path).catch(() => undefined);
  await mkdir(dirname(path), { recursive: true });
  if (!file) {
    await replace(path, withSection(husky ? '' : SHEBANG, hook, section, 'new file'), husky ? 0o644 : 0o755);
    return 'created';
  }
  const text = file.isFile() ? await readFile(path, 'latin1') : undefined;
  const found = text === undefined ? undefined : findSection(text, hook);
  if (text !== undefined && (found || husky || (isShellScript(text) && file.mode & 0o111))) {
    const aside = found?.kind === 'in place of another' ? originalFor(hook) : '';
    const changed = withSection(text, hook, section + aside);
    if (changed === text) return 'unchanged';
    await replace(path, changed, file.mode & 0o777);
    return found ? 'updated' : 'inserted';
  }
  await moveAside(path);
  await replace(path, withSection(SHEBANG, hook, section + originalFor(hook), 'in place of another'), 0o755);
  return 'moved aside';
}

export type Removed = 'absent' | 'deleted' | 'restored' | 'kept for others';

/** Takes our part out again. A file that nobody has touched since is what it was before, byte for byte, or gone if we made it. */
export async function removeFrom({ path, hook }: HookFile): Promise<Removed> {
  const file = await lstat(path).catch(() => undefined);
  const text = file?.isFile() ? await readFile(path, 'latin1') : undefined;
  const found = text === undefined ? undefined : findSection(text, hook);
  if (!file || !found) return 'absent';
  const rest = found.before + found.after;
  const isBare = rest.trim() === '' || rest.trim() === SHEBANG.trim();
  if (found.kind === 'in place of another') {
    if (isBare) {
      await moveBack(path);
      return 'restored';
    }
    // Somebody else has written to the file since. It goes on running the hook that waits aside.
    await replace(path, withSection(text!, hook, originalFor(hook)), file.mode & 0o777);
    return 'kept for others';
  }
  if (found.kind === 'new file' && isBare) {
    await rm(path);
    return 'deleted';
  }
  await replace(path, rest, file.mode & 0o777);
  return 'restored';
}

/** Whether the file has our part as we would write it today. */
export async function inspect({
  path,
  hook,
  husky,
}: HookFile): Promise<'installed' | 'old' | 'absent' | 'not executable'> {
  const file = await lstat(path).catch(() => undefined);
  const found = file?.isFile() ? findSection(await readFile(path, 'latin1'), hook) : undefined;
  if (!file || !found?.body.includes('blameprompt_enterprise()')) return 'absent';
  if (!husky && !(file.mode & 0o111)) return 'not executable';
  return found.body.startsWith(sectionFor(hook)) ? 'installed' : 'old';
}

/** Git runs a file without a first line through sh as well; what has NUL in it is a program. */
function isShellScript(text: string): boolean {
  if (!text.startsWith('#!')) return !text.includes('\0');
  const [interpreter = '', ...words] = text.slice(2, 300).split('\n')[0]!.trim().split(/\s+/);
  const named = basename(interpreter) === 'env' ? words.find((word) => !/^-|=/.test(word)) : interpreter;
  return SHELLS.has(basename(named ?? ''));
}

/** In a folder of its own, so that the file keeps its name: some programs tell by it which hook they are. */
async function moveAside(path: string): Promise<void> {
  const to = asideOf(path);
  await mkdir(dirname(to), { recursive: true });
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return rename(path, to);
  await rm(to, { force: true });
  await symlink(isAbsolute(target) ? target : `../${target}`, to);
}

async function moveBack(path: string): Promise<void> {
  const from = asideOf(path);
  const target = await readlink(from).catch(() => undefined);
  if (target === undefined) await rename(from, path);
  else {
    await rm(path);
    await symlink(isAbsolute(target) ? target : target.slice('../'.length), path);
    await rm(from);
  }
  await rmdir(dirname(from)).catch(() => {}); // not empty: another hook waits there
}

const asideOf = (path: string) => join(dirname(path), ASIDE, basename(path));

/** In one step: a hook that git starts meanwhile is the old one or the new one. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.blameprompt-${process.pid}`;
  await writeFile(temporary, text, { encoding: 'latin1', mode });
  await chmod(temporary, mode);
  await rename(temporary, path);
}
