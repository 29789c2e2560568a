import type { Exemption, Policy } from '../api/policies.js';
import { type Budget, sizeOf } from './budget.js';
import type { Facts } from './facts.js';
import type { Finding } from './finding.js';
import { type Patterns, pathPatterns, repoPatterns } from './patterns.js';
import { utc } from './windows.js';

/** Whether a policy speaks of a change at all; undefined when that takes too long to find out. */
export type Holds = (facts: Facts) => boolean | undefined;

export function compileScope(policy: Policy): Holds {
  // An empty list narrows nothing down.
  const teams = policy.scope?.teams?.length ? new Set(policy.scope.teams) : undefined;
  const repos = policy.scope?.repos?.length ? repoPatterns(policy.scope.repos) : undefined;
  const from = policy.valid_from == null ? undefined : utc(policy.valid_from);
  const until = policy.valid_until == null ? undefined : utc(policy.valid_until);
  return (facts) => {
    const { change, now, budget } = facts;
    if (!policy.enabled || (from !== undefined && now < from) || (until !== undefined && now >= until)) return false;
    if (teams && !change.teams.some((team) => teams.has(team))) return false;
    if (!repos) return true;
    if (!budget.takeMatches(repos.size, sizeOf([change.repo]))) return undefined;
    return repos.find(change.repo) !== undefined;
  };
}

export interface CompiledExemption {
  exemption: Exemption;
  expires: string;
  repos: Patterns | undefined;
  people: Set<string> | undefined;
  paths: Patterns | undefined;
  commits: Set<string> | undefined;
}

export function compileExemption(exemption: Exemption): CompiledExemption {
  return {
    exemption,
    expires: utc(exemption.expires_at),
    repos: exemption.repos && repoPatterns(exemption.repos),
    people: exemption.people && new Set(exemption.people.map((person) => person.toLowerCase())),
    paths: exemption.paths && pathPatterns(exemption.paths),
    commits: exemption.commits && new Set(exemption.commits),
  };
}

/** The exemptions that can excuse anything of this change. */
export function exemptionsInForce(exemptions: readonly CompiledExemption[], facts: Facts): CompiledExemption[] {
  const { now, change, budget } = facts;
  return exemptions.filter(({ expires, repos }) => {
    if (expires <= now) return false;
    if (!repos) return true;
    return budget.takeMatches(repos.size, sizeOf([change.repo])) && repos.find(change.repo) !== undefined;
  });
}

/**
 * The first exemption that excuses the finding: each of its constraints must cover all the finding rests on. What takes too
 * long to find out is not excused.
 */
export function exemptionFor(
  finding: Finding,
  exemptions: readonly CompiledExemption[],
  budget: Budget,
): Exemption | undefined {
  if (exemptions.length === 0) return undefined;
  const { people, paths, commits } = finding.places();
  const pathsSize = sizeOf(paths);
  return exemptions.find(
    (exemption) =>
      budget.take(1 + people.length + commits.length) &&
      all(exemption.people, people, (known, names) => names.some((name) => known.has(name))) &&
      all(exemption.commits, commits, (known, oid) => known.has(oid)) &&
      (!exemption.paths || budget.takeMatches(exemption.paths.size, pathsSize)) &&
      all(exemption.paths, paths, (patterns, path) => patterns.find(path) !== undefined),
  )?.exemption;
}

/** True where nothing is asked; false where what is asked about is not known. */
const all = <Constraint, Item>(
  constraint: Constraint | undefined,
  items: readonly Item[],
  fits: (constraint: Constraint, item: Item) => boolean,
) => constraint === undefined || (items.length > 0 && items.every((item) => fits(constraint, item)));
