import { column, fact, facts, section, table, text } from '../../shared/report/build.js';
import type { Section, Table } from '../../shared/report/document.js';
import { receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import { eventConditions } from './audit-log.js';
import { providersTable } from './providers.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** Evidence for Art. 5(1)(c), 15, 17, 20 and 30 of Regulation (EU) 2016/679, as far as this server processes personal data. */
export async function gdpr(scope: ReportScope): Promise<Section[]> {
  return [
    section(
      'art-30',
      'Art. 30 Record of processing',
      text(
        'What this server processes. Name and contact details of the controller, and transfers to third countries, are for the organisation to add.',
      ),
      processing(scope),
      await providersTable(scope, 'recipients', 'Recipients: AI providers that prompts were sent to'),
    ),
    section('art-5', 'Art. 5(1)(c) Data minimisation: what is stored of prompts', await prompts(scope)),
    section(
      'art-15-17-20',
      'Art. 15, 17 and 20 Rights of data subjects',
      text(
        'Exports and erasures of the period, as the audit log has them. The register names no person: what an event knew of one is in its detail, which erasure takes out.',
      ),
      rights(scope),
    ),
  ];
}

function processing({ settings: { retention_days, privacy } }: ReportScope): Table {
  const kept = (days: number | null) => (days === null ? 'no limit set' : `${days} days`);
  const measures =
    'Row-level security by organisation in the database; keys stored as SHA-256 verifiers; secrets redacted from prompt summaries before they leave a clone; every change in a Merkle log with signed checkpoints.';
  const columns = [
    column('activity', 'Activity'),
    column('purpose', 'Purpose'),
    column('subjects', 'Data subjects'),
    column('categories', 'Categories of personal data'),
    column('retention', 'Kept for'),
    column('measures', 'Measures (Art. 32)'),
  ];
  const categories = `name, e-mail address, time, repository, tool, model, tokens, cost; of prompts at most: ${privacy.prompts}`;
  return table({ id: 'processing', title: 'Processing activities', columns, empty: 'There is none.' }, [
    [
      'Receipts',
      'To account for AI-written code and its cost',
      'developers',
      categories,
      kept(retention_days.receipts),
      measures,
    ],
    [
      'Prompts',
      'To let a change be understood later',
      'developers',
      `prompt ${privacy.prompts}`,
      kept(retention_days.prompts),
      measures,
    ],
    [
      'Commits',
      'To count lines by who wrote them',
      'authors of commits',
      'name, e-mail address, time',
      kept(retention_days.receipts),
      measures,
    ],
    ['Teams', 'To count for departments', 'members of teams', 'e-mail address, role, time', 'until removed', measures],
    [
      'Violations',
      'To find breaches of policies and to respond',
      'developers',
      'e-mail address or name, finding',
      'no limit set',
      measures,
    ],
    [
      'Audit log',
      'To prove who changed what',
      'administrators',
      'name of the key, IP address, what was changed',
      kept(retention_days.audit),
      measures,
    ],
  ]);
}

async function prompts({ sql, orgId, filters, settings }: ReportScope) {
  const [row] = await sql<Record<string, number>[]>`
    select count(*) filter (where r.prompt_summary is not null)::float8 as summaries,
      count(*) filter (where r.prompt_summary is null and r.prompt_hash is not null)::float8 as hashes,
      count(*) filter (where r.prompt_summary is null and r.prompt_hash is null)::float8 as nothing,
      max(length(r.prompt_summary))::float8 as longest
    from receipts r
    where ${receiptConditions(sql, orgId, filters)}
  `;
  return facts(
    'prompts',
    fact('setting', 'The most that the organisation lets be stored', settings.privacy.prompts),
    fact('with_summary', 'Receipts with a redacted summary', row!.summaries!, 'count'),
    fact('with_hash', 'Receipts with a hash only', row!.hashes!, 'count'),
    fact('with_nothing', 'Receipts with neither', row!.nothing!, 'count'),
    fact('longest_summary', 'Characters of the longest summary; 500 at most', row!.longest ?? null, 'count'),
  );
}

function rights(scope: ReportScope): Table {
  const { sql, orgId } = scope;
  return sqlTable(
    {
      id: 'rights',
      title: 'Exports, erasures and retention runs',
      columns: [
        column('seq', 'Number in the log'),
        column('recorded_at', 'Time', 'instant'),
        column('action', 'Action'),
        column('target_type', 'Of a'),
        column('target', 'Id'),
      ],
      empty: 'No export, erasure or retention run was recorded in the period.',
    },
    () => sql`
      select l.seq::float8 as seq, ${utc(sql, 'e.recorded_at')} as recorded_at, e.action, e.event::jsonb #>> '{target,type}' as target_type,
        case when e.target not like '%@%' then e.target end as target
      from audit_events e
      left join audit_log l on l.org_id = ${orgId} and l.event_id = e.id
      where ${eventConditions(scope)} and e.action ~ '(erased|exported|erasure|^retention[.]|^subject[.]|^data_subject[.])'
      order by e.recorded_at, e.id
    `,
  );
}
