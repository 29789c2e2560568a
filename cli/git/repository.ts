import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import type { ConfigValues } from 'simple-git';
import { normalizeRepoName } from '../../shared/repo-name.js';
import { smallQuestions } from './ask.js';
import { type Environment, gitEnvironment } from './environment.js';
import { gitTooOld, notARepository, openingFailed } from './errors.js';

/** What there is to know about a repository before reading it. */
export interface Repository {
  /** Absolute. Of a linked worktree its own, below the common one. */
  gitDir: string;
  /** Absolute: where refs, objects and hooks are, shared by all worktrees. */
  commonDir: string;
  /** The work tree's top, absolute, symbolic links resolved; undefined for bare repositories. */
  root: string | undefined;
  isBare: boolean;
  objectFormat: 'sha1' | 'sha256';
  /** History ends somewhere: the commits at the border look like root commits, and are not. */
  isShallow: boolean;
  /** Objects are missing on purpose (`git clone --filter`), and git would fetch them when asked. We never let it. */
  isPartial: boolean;
  /** `origin`, else the only remote, else undefined. */
  remote: string | undefined;
  /** As configured, which may hold a password: never print it. */
  remoteUrl: string | undefined;
  /** `github.com/acme/app`, or the directory's name without a remote. */
  name: string;
  /** `init.defaultBranch`. */
  initialBranch: string | undefined;
  /** For git processes in this repository. */
  environment: Environment;
}

export interface OpenOptions {
  /**
   * True in a git hook: GIT_DIR and GIT_WORK_TREE, which git set for it, say which repository is meant (it may be one
   * that can't be found from its work tree). Anywhere else the path alone decides, whatever the environment says.
   */
  inHook?: boolean;
}

/** Finds the repository that `path` is in: below a work tree, a bare one, a linked worktree, a submodule. */
export async function openRepository(path: string, options: OpenOptions = {}): Promise<Repository> {
  const start = realDirectory(path);
  const base = gitEnvironment(options.inHook ? hookVariables() : {});
  const git = smallQuestions(start, base);
  const facts = parseFacts(start, await git.raw(FACTS).catch((error) => fail(path, error)));
  const environment = { ...base, GIT_DIR: facts.gitDir, ...readingVariables(facts) };
  const config = (await git.listConfig().catch((error) => fail(path, error))).all;
  const remote = chooseRemote(config);
  const remoteUrl = remote === undefined ? undefined : first(config[`remote.${remote}.url`]);
  return {
    ...facts,
    isPartial: isPartial(config),
    remote,
    remoteUrl,
    name: (remoteUrl && normalizeRepoName(remoteUrl)) ?? localName(facts),
    initialBranch: last(config['init.defaultbranch']),
    environment,
  };
}

type Facts = Pick<Repository, 'gitDir' | 'commonDir' | 'root' | 'isBare' | 'objectFormat' | 'isShallow'>;

const FACTS = [
  'rev-parse',
  '--path-format=absolute',
  '--is-bare-repository',
  '--is-shallow-repository',
  '--show-object-format',
  '--git-dir',
  '--git-common-dir',
  '--show-cdup',
];

/**
 *     false
 *     false
 *     sha1
 *     /srv/app/.git
 *     /srv/app/.git
 *     ../
 *
 * The last line leads to the work tree's top: empty when we are there, missing when there is none to be in. An older
 * git repeats the options it does not know.
 */
function parseFacts(start: string, answer: string): Facts {
  if (answer.includes('--path-format') || answer.includes('--show-object-format')) throw gitTooOld();
  const [bare, shallow, format, gitDir = '', commonDir = '', up] = answer.replace(/\n$/, '').split('\n');
  const isBare = bare === 'true';
  const aroundGitDir = !isBare && basename(gitDir) === '.git' ? dirname(gitDir) : undefined;
  return {
    gitDir,
    commonDir,
    root: up === undefined ? aroundGitDir : resolve(start, up),
    isBare,
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
    isShallow: shallow === 'true',
  };
}

/** git answers with real paths, so the way up must start from one. */
function realDirectory(path: string): string {
  try {
    if (statSync(path).isDirectory()) return realpathSync(path);
  } catch (cause) {
    throw notARepository(path, cause);
  }
  throw notARepository(path);
}

function hookVariables(): Environment {
  const { GIT_DIR, GIT_WORK_TREE } = process.env;
  if (!GIT_DIR) return {};
  return { GIT_DIR: resolve(GIT_DIR), ...(GIT_WORK_TREE && { GIT_WORK_TREE: resolve(GIT_WORK_TREE) }) };
}

const EMPTY_TREE = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

/**
 * Keeps the diff independent of what happens to be checked out: attributes come from no work tree, no index and (git
 * 2.43 and later) an empty tree, so that a bare clone and a developer's count alike.
 *
 * In a pre-receive hook the pushed objects lie in a quarantine directory that only the environment names. It is
 * honoured when it is this repository's.
 */
function readingVariables(facts: Facts): Environment {
  const variables: Environment = {
    GIT_WORK_TREE: facts.gitDir,
    GIT_INDEX_FILE: resolve(facts.gitDir, 'blameprompt-no-index'),
    GIT_ATTR_SOURCE: EMPTY_TREE[facts.objectFormat],
  };
  const quarantine = process.env.GIT_QUARANTINE_PATH;
  if (!quarantine || !resolve(quarantine).startsWith(resolve(facts.commonDir, 'objects') + sep)) return variables;
  for (const name of ['GIT_QUARANTINE_PATH', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES']) {
    if (process.env[name]) variables[name] = process.env[name];
  }
  return variables;
}

/** `remote.origin.url`: the name may contain dots. */
function chooseRemote(config: ConfigValues): string | undefined {
  const remotes = Object.keys(config).flatMap((key) => /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? []);
  return remotes.includes('origin') ? 'origin' : remotes.length === 1 ? remotes[0] : undefined;
}

function isPartial(config: ConfigValues): boolean {
  return Object.entries(config).some(
    ([key, value]) =>
      key === 'extensions.partialclone' ||
      (/^remote\..+\.promisor$/s.test(key) && /^(true|yes|on|[1-9]\d*)$/i.test(last(value) ?? '')),
  );
}

/** All worktrees of one repository share one name: that of the directory its `.git` is in. */
function localName(facts: Facts): string {
  const home = basename(facts.commonDir) === '.git' ? dirname(facts.commonDir) : (facts.root ?? facts.commonDir);
  return normalizeRepoName(home) ?? 'repository';
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function last(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}

function fail(path: string, error: unknown): never {
  throw openingFailed(path, error instanceof Error ? error.message : String(error), error);
}
