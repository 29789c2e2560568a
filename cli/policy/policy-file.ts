import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Policy } from '../../shared/api/policies.js';
import { CliError } from '../errors.js';
import type { Repository } from '../git/repository.js';
import { readTreeFile } from '../git/tree-file.js';

/** A policy file and which version of it was read. */
export interface PolicyFile {
  policies: Policy[];
  /** `policies.toml of base 0d9ce9e0b9a0`, for people. */
  described: string;
  /** True when the base has no such file, and the one that is checked out was read instead. */
  isFallback: boolean;
}

/**
 * Reads the policies of a file. One that lies in the repository is read as `base` has it: the checked-out one is part of the
 * change that is judged, and whoever wrote that could relax it. Only a file that the base does not have yet is read from
 * the work tree. Without `base`, and outside of the repository, it is the file on disk.
 */
export async function readPolicyFile(repository: Repository, path: string, base?: string): Promise<PolicyFile> {
  const inside = base === undefined ? undefined : await pathInside(repository, path);
  const then = inside === undefined ? undefined : await readTreeFile(repository, base!, inside);
  const text =
    then ?? (await readFile(path, 'utf8').catch((cause) => fail(path, `it cannot be read (${cause.code})`, cause)));
  const described = then === undefined ? path : `${inside} of base ${base!.slice(0, 12)}`;
  const { parsePolicyFile } = await import('../../shared/policy/file.js');
  const { PolicyError } = await import('../../shared/policy/errors.js');
  try {
    const policies = parsePolicyFile(text).map((policy) => ({ ...policy, id: null, version: 1 }));
    return { policies, described, isFallback: inside !== undefined && then === undefined };
  } catch (error) {
    if (error instanceof PolicyError) fail(described, error.message, error);
    throw error;
  }
}

/** The path from the top of the work tree, with `/`; undefined outside of it. The file itself need not exist, nor is a link followed. */
async function pathInside({ root }: Repository, path: string): Promise<string | undefined> {
  if (root === undefined) return undefined;
  const absolute = resolve(path);
  const folder = await realpath(dirname(absolute)).catch(() => dirname(absolute)); // gone: then as it is written
  const inside = relative(root, join(folder, basename(absolute)));
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? undefined : inside.split(sep).join('/');
}

function fail(path: string, reason: string, cause: unknown): never {
  throw new CliError('invalid_policies', `Cannot use the policies of ${path}: ${reason}`, { cause });
}
