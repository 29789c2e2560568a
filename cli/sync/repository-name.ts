import { normalizeRepoName } from '../../shared/repo-name.js';
import type { Settings } from '../config/settings.js';
import { CliError } from '../errors.js';
import type { Repository } from '../git/repository.js';

/** The configured name, else the remote's, else the folder's. */
export function repositoryName(repository: Repository, settings: Settings): string {
  const name = settings.repo === undefined ? repository.name : normalizeRepoName(settings.repo);
  if (name === undefined) {
    throw new CliError(
      'no_repo_name',
      `"${settings.repo}" is no name for a repository. Set enterprise.repo to something like github.com/acme/app.`,
    );
  }
  return name;
}
