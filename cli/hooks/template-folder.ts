import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userFolder } from '../config/files.js';
import { findTemplateFolder, setTemplateFolder } from '../git/hooks-folder.js';
import { type Installed, installInto, type Removed, removeFrom } from './hook-file.js';
import { eachHook, type Report, writeScripts } from './install.js';

/** Where our template is when the user has none: git copies it into every repository that it makes or clones. */
const ownTemplate = (env: NodeJS.ProcessEnv) => join(userFolder(env), 'git-template');

/** Installs in the user's template folder; where there is none, makes one and tells git. */
export async function installTemplate(env: NodeJS.ProcessEnv): Promise<Report<Installed>> {
  const found = await findTemplateFolder('.');
  const folder = found ?? ownTemplate(env);
  if (found === undefined) {
    // In place of git's own template, whose other files are samples; info/ is what programs rely on.
    await mkdir(join(folder, 'info'), { recursive: true });
    await writeFile(join(folder, 'info', 'exclude'), '# Files that git ignores in this clone only.\n');
    await setTemplateFolder('.', folder);
  }
  await writeScripts(join(folder, 'blameprompt'));
  const hooks = await eachHook(join(folder, 'hooks'), false, installInto);
  const remarks = [
    found === undefined ? `init.templateDir is now ${folder}` : `init.templateDir was set, and is used: ${folder}`,
    'clones made from now on have the hooks; in those that are there already: git init, or blameprompt enterprise hooks install',
  ];
  return { folder: join(folder, 'hooks'), hooks, remarks };
}

/** Takes our part out of the template; our own is removed and git told so. Clones that were made with it keep their hooks. */
export async function uninstallTemplate(env: NodeJS.ProcessEnv): Promise<Report<Removed>> {
  const folder = (await findTemplateFolder('.')) ?? ownTemplate(env);
  const hooks = await eachHook(join(folder, 'hooks'), false, removeFrom);
  await rm(join(folder, 'blameprompt', 'hooks'), { recursive: true, force: true });
  const remarks = ['clones made with the template keep their hooks: blameprompt enterprise hooks uninstall in each'];
  if (folder === ownTemplate(env)) {
    if ((await findTemplateFolder('.')) === folder) await setTemplateFolder('.', undefined);
    await rm(folder, { recursive: true, force: true });
    remarks.push('init.templateDir is unset again');
  }
  return { folder: join(folder, 'hooks'), hooks, remarks };
}
