import type { Policy } from '../../shared/api/policies.js';
import type { Simulation } from '../../shared/api/policy-endpoints.js';
import { encodeCursor } from '../http/cursor.js';
import { describe } from './describe.js';
import { type Found, violationId } from './record.js';
import type { Page, Range } from './simulate.js';

/** Violations that a part lists; all are counted. */
const MAX_ITEMS = 200;
const MAX_GAPS = 20;

/** Adds up what the pages of a simulation found; each violation once. */
export class Tally {
  readonly result: Simulation;
  readonly #policy: Policy;
  readonly #id: string | null;
  readonly #seen = new Set<string>();
  readonly #repos = new Map<string | null, number>();
  readonly #people = new Map<string | null, number>();

  constructor(policy: Policy, id: string | null, { from, to }: Range) {
    this.#policy = policy;
    this.#id = id;
    this.result = {
      ...{ from, to, receipts: 0, commits: 0, exempted: 0, not_evaluated: [], by_repo: [], by_person: [] },
      violations: { warn: 0, block: 0, items: [], truncated: false },
      next_cursor: null,
    };
  }

  add({ judged, receipts, commits, next }: Page): void {
    this.result.receipts += receipts;
    this.result.commits += commits;
    this.result.next_cursor = next && encodeCursor(next);
    const { not_evaluated } = this.result;
    for (const { batch, verdicts } of judged) {
      for (const verdict of verdicts) {
        for (const found of describe(verdict.violations, [this.#policy], batch)) this.#count(found);
        this.result.exempted += verdict.exempted.length;
        not_evaluated.push(...verdict.not_evaluated.slice(0, MAX_GAPS - not_evaluated.length));
      }
    }
  }

  #count(found: Found): void {
    const id = violationId(found);
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const { violations } = this.result;
    violations[this.#policy.action]++;
    if (violations.items.length < MAX_ITEMS) violations.items.push({ ...found.violation, policy_id: this.#id });
    else violations.truncated = true;
    increment(this.#repos, found.violation.repo);
    increment(this.#people, found.person);
  }

  finish(): Simulation {
    this.result.by_repo = mostFirst(this.#repos).map(([repo, violations]) => ({ repo, violations }));
    this.result.by_person = mostFirst(this.#people).map(([person, violations]) => ({ person, violations }));
    return this.result;
  }
}

const increment = (counts: Map<string | null, number>, key: string | null) =>
  counts.set(key, (counts.get(key) ?? 0) + 1);

const mostFirst = (counts: Map<string | null, number>) => [...counts].sort(([, a], [, b]) => b - a);
