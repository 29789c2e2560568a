import { readFile } from 'node:fs/promises';

/** What a CI system says of the pull request it runs for. */
export interface PullRequest {
  /** For messages: where it was read. */
  from: string;
  /** Revisions that may be the base, best first. Branches are told as the remote's, since CI seldom has local ones. */
  bases: string[];
  /** Undefined: what is checked out. */
  head: string | undefined;
}

/**
 * The pull request of the CI system that we run in; undefined when it runs for none, or is not known. `remote` names the
 * branches' remote.
 *
 * GitHub checks out a merge of both sides, for pull_request_target even the base alone, so the head is taken from the event.
 */
export async function findPullRequest(env: NodeJS.ProcessEnv, remote: string): Promise<PullRequest | undefined> {
  const branch = (name: string | undefined) =>
    name ? [`refs/remotes/${remote}/${name.replace(/^refs\/heads\//, '')}`] : [];
  const given = (...values: (string | undefined)[]) => values.filter((value) => value !== undefined && value !== '');
  const event = env.GITHUB_ACTIONS === 'true' ? await readEvent(env.GITHUB_EVENT_PATH) : {};
  const found: [from: string, bases: (string | undefined)[], head?: string | undefined][] = [
    ['GITHUB_BASE_REF', [...branch(env.GITHUB_BASE_REF), event.base], event.head],
    ['the merge group', [event.base], event.head],
    [
      'CI_MERGE_REQUEST_TARGET_BRANCH_NAME',
      [...branch(env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME), env.CI_MERGE_REQUEST_DIFF_BASE_SHA],
      env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA,
    ],
    ['BITBUCKET_PR_DESTINATION_BRANCH', branch(env.BITBUCKET_PR_DESTINATION_BRANCH)],
    ['SYSTEM_PULLREQUEST_TARGETBRANCH', branch(env.SYSTEM_PULLREQUEST_TARGETBRANCH)],
    ['CHANGE_TARGET', branch(env.CHANGE_TARGET)],
  ];
  for (const [from, bases, head] of found) {
    if (given(...bases).length > 0) return { from, bases: given(...bases) as string[], head: head || undefined };
  }
  return undefined;
}

/** The oids of GitHub's event; those of anything but a pull request or a merge group are not looked at. */
async function readEvent(path: string | undefined): Promise<{ base?: string; head?: string }> {
  if (!path) return {};
  try {
    const { pull_request: pull, merge_group: group } = JSON.parse(await readFile(path, 'utf8'));
    const oids = { base: pull?.base?.sha ?? group?.base_sha, head: pull?.head?.sha ?? group?.head_sha };
    return Object.fromEntries(Object.entries(oids).filter(([, oid]) => /^[0-9a-f]{40,64}$/.test(String(oid))));
  } catch {
    return {}; // no such file, or none we know: the variables still speak
  }
}
