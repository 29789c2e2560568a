import { column, section, table, text } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { receiptConditions } from '../receipts/filters.js';
import { instant } from '../time.js';
import { accessChangesTable, keysTable, membersTable } from './access.js';
import { eventConditions } from './audit-log.js';
import { countedCommits } from './coverage.js';
import { modelsTable } from './models.js';
import { providersTable } from './providers.js';
import type { ReportScope } from './scope.js';
import { violationConditions, violationsTable } from './violations.js';

type Figures = Record<
  'receipts' | 'repos' | 'providers' | 'models' | 'keys' | 'members' | 'events' | 'violations' | 'policies' | 'commits',
  number
>;

/** Control of ISO/IEC 27001:2022 Annex A, its title, what speaks for it here, a figure and where to look. */
type Control = [id: string, title: string, evidence: string, figure: (figures: Figures) => string, where: string];

const CONTROLS: Control[] = [
  [
    'A.5.9',
    'Inventory of information and other associated assets',
    'Repositories, models and tools that receipts name',
    ({ repos, models }) => `repositories: ${repos}, models: ${models}`,
    'section Models; report dora, table repositories',
  ],
  [
    'A.5.19',
    'Information security in supplier relationships',
    'AI providers observed, and policies on them',
    ({ providers }) => `providers: ${providers}`,
    'section Providers',
  ],
  [
    'A.5.23',
    'Information security for use of cloud services',
    'AI providers observed, by use and cost',
    ({ providers }) => `providers: ${providers}`,
    'section Providers',
  ],
  [
    'A.5.28',
    'Collection of evidence',
    'Audit log in a Merkle tree with signed checkpoints; receipts with all earlier revisions',
    ({ events }) => `events: ${events}`,
    'section Audit log; report audit',
  ],
  [
    'A.5.33',
    'Protection of records',
    'The role of the server can add audit events and change none; checkpoints are kept elsewhere',
    ({ events }) => `events: ${events}`,
    'section Audit log; docs/audit.md',
  ],
  [
    'A.8.2',
    'Privileged access rights',
    'Keys with scopes; one key can hand on only what it has',
    ({ keys }) => `keys: ${keys}`,
    'section Access, table keys',
  ],
  [
    'A.8.3',
    'Information access restriction',
    'Scopes of keys; row-level security by organisation; roles in teams',
    ({ members }) => `memberships: ${members}`,
    'section Access, tables keys and members',
  ],
  [
    'A.8.4',
    'Access to source code',
    'The server holds no source code; paths and line numbers only',
    () => 'none stored',
    'docs/counting.md',
  ],
  [
    'A.8.5',
    'Secure authentication',
    'Keys of 256 bits, stored as SHA-256, with expiry, rotation and revocation',
    ({ keys }) => `keys: ${keys}`,
    'section Access, table keys',
  ],
  [
    'A.8.8',
    'Management of technical vulnerabilities',
    'Policies on models, and what they found',
    ({ violations }) => `violations: ${violations}`,
    'section Violations',
  ],
  [
    'A.8.9',
    'Configuration management',
    'Settings and policies in versions; each change an audit event',
    ({ policies }) => `policy versions: ${policies}`,
    'section Policy versions in force',
  ],
  [
    'A.8.15',
    'Logging',
    'Every change writes an audit event in its own transaction',
    ({ events }) => `events: ${events}`,
    'report audit',
  ],
  [
    'A.8.16',
    'Monitoring activities',
    'Policies judge what arrives; violations are acknowledged with a note',
    ({ violations }) => `violations: ${violations}`,
    'section Violations',
  ],
  [
    'A.8.25',
    'Secure development life cycle',
    'Policies at commit, push and pull request',
    ({ policies }) => `policy versions: ${policies}`,
    'section Policy versions in force',
  ],
  [
    'A.8.28',
    'Secure coding',
    'Which lines AI wrote, and where AI must not write',
    ({ commits }) => `commits counted: ${commits}`,
    'report soc2, table changes',
  ],
  [
    'A.8.29',
    'Security testing in development and acceptance',
    'The gate for pull requests judges each change; its results stay with the CI',
    ({ policies }) => `policy versions: ${policies}`,
    'docs/gate.md',
  ],
  [
    'A.8.30',
    'Outsourced development',
    'Code by AI providers, by tool, model and person',
    ({ receipts }) => `receipts: ${receipts}`,
    'section Providers; report soc2',
  ],
  [
    'A.8.31',
    'Separation of development, test and production environments',
    'Not observed here',
    () => 'no evidence',
    'for the organisation to add',
  ],
  [
    'A.8.32',
    'Change management',
    'Every AI-assisted change with author, tool, model, decision, exemption and approver',
    ({ receipts }) => `receipts: ${receipts}`,
    'report soc2, table changes',
  ],
];

/** Evidence for controls of Annex A, with a pointer to where it is. */
export async function iso27001(scope: ReportScope): Promise<Section[]> {
  const figures = await count(scope);
  return [
    section(
      'annex-a',
      'Annex A',
      text('Controls for which this server holds evidence. Whether it suffices, the statement of applicability says.'),
      table(
        {
          id: 'controls',
          title: 'Controls',
          columns: [
            column('control', 'Control'),
            column('title', 'Title'),
            column('evidence', 'Evidence'),
            column('figure', 'In the period'),
            column('where', 'Where'),
          ],
          empty: 'There is none.',
        },
        CONTROLS.map(([id, title, evidence, figure, where]) => [id, title, evidence, figure(figures), where]),
      ),
    ),
    section('providers', 'Providers', await providersTable(scope, 'providers', 'AI providers')),
    section('models', 'Models', await modelsTable(scope)),
    section('access', 'Access', keysTable(scope), membersTable(scope), accessChangesTable(scope)),
    section('violations', 'Violations', violationsTable(scope)),
  ];
}

async function count(scope: ReportScope): Promise<Figures> {
  const { sql, orgId, filters } = scope;
  const [from, to] = [instant(sql, filters.from), instant(sql, filters.to)];
  const [row] = await sql<Figures[]>`
    select r.*,
      (select count(*) from api_keys where org_id = ${orgId} and created_at < ${to})::float8 as keys,
      (
        select count(*) from team_members
        where org_id = ${orgId} and since < ${to} and (until is null or until > ${from})
      )::float8 as members,
      (select count(*) from audit_events e where ${eventConditions(scope)})::float8 as events,
      (select count(*) from violations v where ${violationConditions(scope)})::float8 as violations,
      (select count(*) from policy_versions where org_id = ${orgId} and created_at < ${to})::float8 as policies,
      (select count(*) from commits c where ${countedCommits(scope)})::float8 as commits
    from (
      select count(*)::float8 as receipts, count(distinct r.repo_id)::float8 as repos,
        count(distinct r.provider)::float8 as providers, count(distinct r.model)::float8 as models
      from receipts r
      where ${receiptConditions(sql, orgId, filters)}
    ) as r
  `;
  return row!;
}
