import { startGit, succeeded } from './process.js';
import type { Repository } from './repository.js';

/** Adds a text to the note of a commit, behind what is there. Only for refs of our own. */
export async function addNote(repo: Repository, ref: string, commit: string, text: string): Promise<void> {
  const args = ['notes', `--ref=${ref}`, 'append', '-F', '-', commit];
  const git = startGit(repo, args);
  try {
    await git.write(text);
    git.end();
    await succeeded(git, ['notes']);
  } finally {
    await git.stop();
  }
}
