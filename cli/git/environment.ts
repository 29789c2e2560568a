/**
 * What every git process of ours runs with. A cloned repository is hostile and a user's configuration is full of
 * surprises: reading must run no program of theirs, reach no network, wait for nobody, and print the same bytes everywhere.
 */

/** The user's own configuration stays (it may say `safe.directory`); the rest of GIT_* belongs to whoever started us. */
const KEPT = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  'GIT_EXEC_PATH',
]);

/** simple-git refuses to pass these on; no command of ours opens an editor, a pager or a prompt. */
const DROPPED = new Set(['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS']);

const FIXED = {
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // An empty list would allow everything of the empty name; no protocol is called `none`. Unlike protocol.allow, the
  // repository's own protocol.<name>.allow cannot overrule it. This is what stops git < 2.45 from fetching lazily.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  // Replaced and grafted objects exist in this clone only: facts must be the same in every clone.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_ATTR_NOSYSTEM: '1',
  // Recorders listen to trace2: our reads are none of their business, and a dead socket must not slow us down.
  GIT_TRACE2: '0',
  GIT_TRACE2_EVENT: '0',
  GIT_TRACE2_PERF: '0',
};

/** Settings for `git -c`, which overrule every file. */
export const NEUTRAL_CONFIG: readonly string[] = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.quotePath=false',
  'core.attributesFile=/dev/null',
  'core.bigFileThreshold=512m',
  // Notes are long chains of deltas: with git's 96m a read of git-ai's 10,681 notes takes 2.1 s, with this 1.4 s.
  'core.deltaBaseCacheLimit=192m',
  'color.ui=false',
  'diff.suppressBlankEmpty=false',
  'log.showSignature=false',
  'log.showRoot=true',
  'i18n.logOutputEncoding=UTF-8',
];

export type Environment = Record<string, string>;

/** Our process's environment without what would redirect git, plus what keeps it quiet and harmless. */
export function gitEnvironment(extra: Environment = {}): Environment {
  const env = withoutGitVariables();
  for (const name of Object.keys(env)) if (DROPPED.has(name.toUpperCase())) delete env[name];
  return { ...env, ...FIXED, ...extra };
}

/** Our process's environment without what git tells its hooks (GIT_DIR, GIT_INDEX_FILE, …): for what outlives the hook. */
export function withoutGitVariables(): Environment {
  const env: Environment = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && (!name.toUpperCase().startsWith('GIT_') || KEPT.has(name))) env[name] = value;
  }
  return env;
}

/**
 * `safe.directory` as containers set it (GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory …), for `git -c`. Nothing
 * else that comes this way matters to reading, so nothing else is taken.
 */
export function safeDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  const found: string[] = [];
  const count = Math.min(Number(env.GIT_CONFIG_COUNT) || 0, 1000);
  for (let i = 0; i < count; i++) {
    const value = env[`GIT_CONFIG_VALUE_${i}`];
    if (env[`GIT_CONFIG_KEY_${i}`]?.toLowerCase() === 'safe.directory' && value) found.push(`safe.directory=${value}`);
  }
  return found;
}
