import { truncate } from './text.js';

/** Longest name the server stores; git hosts allow far less. */
export const MAX_REPO_NAME = 300;

/**
 * One name for a repository from any spelling of its remote: `host/path`, without scheme, user, password, port, `.git`
 * and trailing slashes, the host in lower case. `git@GitHub.com:acme/app.git`, `ssh://git@github.com:22/acme/app` and
 * `https://token@github.com/acme/app.git` are all `github.com/acme/app`. A path on this machine gives its last part
 * only, so that no home directory leaves it. A plain name (`acme/app`) stays. Undefined when nothing is left.
 *
 * The name of a name is that name, since a name that was normalised by the sender is normalised by the receiver again:
 * what reads as yet another spelling (`a.git.git`) is read until it stays.
 */
export function normalizeRepoName(remote: string): string | undefined {
  let before: string;
  let name: string | undefined = remote;
  do {
    before = name;
    name = readRemote(before);
  } while (name !== undefined && name !== before);
  return name;
}

function readRemote(remote: string): string | undefined {
  const text = remote.trim().replaceAll('\\', '/');
  const url = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text);
  if (url) return url[1]!.toLowerCase() === 'file' ? localName(url[2]!) : hostAndPath(url[2]!);
  if (/^[a-z]:\//i.test(text) || /^[/.~]/.test(text)) return localName(text);
  const scp = /^([^/]*@)?(\[[^\]]+\]|[^/:@]+):(.+)$/.exec(text);
  if (scp) return hostAndPath(`${scp[2]}/${scp[3]!.replace(/^\/+/, '')}`);
  return cleanPath(text);
}

function hostAndPath(rest: string): string | undefined {
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const host = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d*$/, '')
    .toLowerCase();
  const path = cleanPath(slash < 0 ? '' : rest.slice(slash).replace(/[?#].*$/, ''));
  if (host === '') return path;
  return path === undefined ? host : `${host}/${path}`;
}

function localName(path: string): string | undefined {
  const parts = (cleanPath(path.replace(/(^|\/)\.git\/*$/, '$1')) ?? '').split('/');
  const last = parts.at(-1);
  return last === '' || last === '.' || last === '..' || last === '~' ? undefined : last;
}

function cleanPath(path: string): string | undefined {
  const clean = path
    .replace(/\/{2,}/g, '/')
    .replace(/^\/|\/$/g, '')
    .replace(/\.git$/i, '')
    .replace(/\/$/, '');
  return clean === '' ? undefined : truncate(clean, MAX_REPO_NAME);
}
