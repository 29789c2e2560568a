import type { Person } from './person.js';

/**
 * Accounts of programs. GitHub gives every app a name that ends in `[bot]` and `<id>+<name>[bot]@users.noreply.github.com`
 * (docs.github.com, "Using commit signature verification for bots"); GitLab gives the bot user of a project or group token
 * `project_<id>_bot_<random>@noreply.<host>` (docs.gitlab.com, "Project access tokens"; older versions `project<id>_bot<n>@…`).
 * The rest are names and addresses that widely used programs sign with where they are not apps: Dependabot and Renovate on
 * other hosts, actions that commit as GitHub Actions, semantic-release, Greenkeeper, Snyk.
 *
 * Patterns for texts in lower case, understood alike by JavaScript and by PostgreSQL (`~`); they take linear time.
 */
export const BOT_NAME =
  /\[bot\]$|^(dependabot|dependabot-preview|renovate|renovate[ -]bot|github[ -]actions?|greenkeeper|snyk[ -]bot|semantic-release-bot)$/;
export const BOT_EMAIL =
  /\[bot\]@users\.noreply\.github\.com$|^(project|group)_?[0-9]+_bot[0-9a-z_]*@noreply\.|^(support@dependabot\.com|bot@renovateapp\.com|renovate@whitesourcesoftware\.com|actions?@github\.com|github-actions@github\.com|semantic-release-bot@martynus\.net|snyk-bot@snyk\.io)$/;

/** True for accounts of programs: dependency updates, releases, and AI agents that commit under a name of their own. */
export function isBot({ name, email }: Person): boolean {
  return BOT_NAME.test(name?.trim().toLowerCase() ?? '') || BOT_EMAIL.test(email?.trim().toLowerCase() ?? '');
}
