import { join } from 'node:path';
import type { Repository } from '../git/repository.js';

/** Where a clone keeps what hooks need: in the git directory that all its worktrees share. All of it can be deleted. */
export const stateFolder = ({ commonDir }: Repository) => join(commonDir, 'blameprompt');
