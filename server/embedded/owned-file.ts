import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SystemUser } from './system-user.js';

/**
 * Files in the data directory are opened without following symbolic links: the directory belongs to PostgreSQL's account,
 * and root must not be led elsewhere by whoever took that account over.
 */
export async function openOwned(path: string, flags: number, user: SystemUser | undefined): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NOFOLLOW, 0o600);
  try {
    await file.chmod(0o600);
    if (user) await file.chown(user.uid, user.gid);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Replaces a file so that a crash leaves the old content or the new, never half of it. */
export async function replaceOwned(path: string, content: string, user: SystemUser | undefined): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  const file = await openOwned(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, user);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable, after a rename. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
