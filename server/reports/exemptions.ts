import type { Exemption } from '../../shared/api/policies.js';
import { type CompiledExemption, compileExemption } from '../../shared/policy/scope.js';
import { column, table } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import type { ReportScope } from './scope.js';

export interface PolicyExemption extends CompiledExemption {
  policy: string;
}

/** What a change is compared with an exemption by. */
export interface ExemptedChange {
  /** RFC 3339 in UTC. */
  time: string;
  repo: string;
  people: string[];
  paths: string[];
  commit: string | null;
}

/** Exemptions of the policies as they stand: one that was granted after the fact counts as well. */
export async function findExemptions({ sql, orgId }: ReportScope): Promise<PolicyExemption[]> {
  const rows = await sql<{ name: string; exemptions: Exemption[] }[]>`
    select name, content -> 'exemptions' as exemptions from policies
    where org_id = ${orgId} and deleted_at is null and jsonb_typeof(content -> 'exemptions') = 'array'
    order by name collate "C", id
  `;
  return rows.flatMap(({ name, exemptions }) => exemptions.map((one) => ({ policy: name, ...compileExemption(one) })));
}

/** The first exemption that covers all of a change: each constraint it has must hold for everything that is known of it. */
export function covering(exemptions: readonly PolicyExemption[], change: ExemptedChange): PolicyExemption | undefined {
  const { time, repo, people, paths, commit } = change;
  return exemptions.find(
    (one) =>
      one.expires > time &&
      (!one.repos || one.repos.find(repo) !== undefined) &&
      (!one.people || people.some((person) => one.people!.has(person))) &&
      (!one.commits || (commit !== null && one.commits.has(commit))) &&
      (!one.paths || (paths.length > 0 && paths.every((path) => one.paths!.find(path) !== undefined))),
  );
}

export function exemptionsTable(exemptions: readonly PolicyExemption[]): Table {
  return table(
    {
      id: 'exemptions',
      title: 'Exemptions and who approved them',
      columns: [
        column('policy', 'Policy'),
        column('reason', 'Reason'),
        column('approver', 'Approver'),
        column('expires_at', 'Expires', 'instant'),
        column('repos', 'Repositories'),
        column('people', 'People'),
        column('paths', 'Paths'),
        column('commits', 'Commits'),
      ],
      empty: 'No policy has an exemption.',
    },
    exemptions.map(({ policy, exemption, expires }) => {
      const { reason, approver, repos, people, paths, commits } = exemption;
      const lists = [repos, people, paths, commits].map((list) => list?.join(' ') ?? null);
      return [policy, reason, approver, expires, ...lists];
    }),
  );
}
