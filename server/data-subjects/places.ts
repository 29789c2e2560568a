/** A table in which a person may stand. */
export interface Place {
  table: string;
  /** The primary key without org_id, with types, in its order. */
  key: Record<string, string>;
  /** Columns that may name a person, with types. */
  columns: Record<string, string>;
  /** Columns of type text that hold JSON. */
  json?: string[];
  /** Columns that are nulled when a row changes. */
  voided?: string[];
  /** Columns that nobody is shown. */
  secret?: string[];
}

/**
 * Every table in which a person may stand: what an export shows, a dry run counts and an erasure changes. A test compares it
 * with the database's catalogue: a new column of text must stand here or below.
 */
export const PLACES: Place[] = [
  {
    table: 'receipts',
    key: { id: 'uuid' },
    columns: {
      source: 'text',
      tool: 'text',
      provider: 'text',
      model: 'text',
      session_id: 'text',
      team: 'text',
      user_name: 'text',
      user_email: 'text',
      prompt_summary: 'text',
      prompt_hash: 'text',
    },
    secret: ['content_hash'],
  },
  {
    table: 'receipt_revisions',
    key: { receipt_id: 'uuid', part: 'text', content_hash: 'bytea' },
    columns: { content: 'jsonb' },
  },
  {
    table: 'attributions',
    key: { receipt_id: 'uuid', repo_id: 'uuid', commit_oid: 'text' },
    columns: { files: 'jsonb' },
    secret: ['content_hash'],
  },
  {
    table: 'commits',
    key: { repo_id: 'uuid', oid: 'text' },
    columns: {
      author_name: 'text',
      author_email: 'text',
      team: 'text',
      sources: 'text[]',
      ai_by: 'jsonb',
      ai_involved: 'jsonb',
    },
    secret: ['content_hash', 'seen_hashes'],
  },
  { table: 'teams', key: { id: 'uuid' }, columns: { name: 'text' } },
  {
    table: 'team_members',
    key: { team_id: 'uuid', email: 'text', since: 'timestamptz' },
    columns: { email: 'text' },
  },
  { table: 'org_settings', key: { org_id: 'uuid' }, columns: { settings: 'jsonb' } },
  { table: 'policies', key: { id: 'uuid' }, columns: { name: 'text', content: 'jsonb' } },
  {
    table: 'policy_versions',
    key: { policy_id: 'uuid', version: 'integer' },
    columns: { content: 'jsonb', key_name: 'text' },
  },
  {
    table: 'violations',
    key: { id: 'uuid' },
    columns: { person: 'text', team: 'text', content: 'jsonb', acknowledged_by: 'text', note: 'text' },
  },
  { table: 'api_keys', key: { id: 'uuid' }, columns: { name: 'text' }, secret: ['verifier', 'selector'] },
  { table: 'jobs', key: { id: 'uuid' }, columns: { payload: 'jsonb', result: 'jsonb', error: 'text' } },
  { table: 'webhooks', key: { id: 'uuid' }, columns: { description: 'text' } },
  {
    table: 'webhook_deliveries',
    key: { id: 'uuid' },
    columns: { body: 'text', response_body: 'text', error: 'text' },
    json: ['body'],
  },
  // Without its salt a detail counts as erased (shared/audit/verify.ts).
  {
    table: 'audit_details',
    key: { event_id: 'uuid' },
    columns: { detail: 'text' },
    json: ['detail'],
    voided: ['salt'],
    secret: ['salt'],
  },
];

/** Columns of text that an erasure leaves alone, and why. */
export const UNTOUCHED: Record<string, string> = {
  'orgs.slug': 'names the organisation',
  'orgs.name': 'names the organisation',
  'repos.name': 'clones know a repository by it: changed, the next sync would make it anew',
  'repos.default_branch': 'clones say it with every batch',
  'teams.slug': 'configurations of clones name teams by it; a team that is named after a person is renamed by hand',
  'api_keys.selector': 'made by chance',
  'api_keys.last_four': 'made by chance',
  'api_keys.scopes': 'one of a list',
  'receipts.cost_basis': 'one of a list',
  'receipts.price_version': 'of our making',
  'receipts.timestamp_basis': 'one of a list',
  'receipts.author': 'follows user_email',
  'receipt_revisions.part': 'of our making',
  'attributions.commit_oid': 'names a commit',
  'commits.oid': 'names a commit',
  'commits.rewritten_to': 'names a commit',
  'team_members.role': 'one of a list',
  'violations.rule': 'one of a list',
  'violations.action': 'one of a list',
  'audit_events.event': 'ids only: whatever may name a person is in the detail; the tree is made of these bytes',
  'audit_events.action': 'follows event',
  'audit_events.actor': 'follows event',
  'audit_events.target': 'follows event',
  'audit_details.salt': 'made by chance',
  'audit_checkpoints.checkpoint': 'of our making',
  'audit_keys.public_key': 'of our making',
  'erased_identities.kind': 'one of a list',
  'erased_identities.pseudonym': 'made by chance',
  'erasures.certificate': 'of our making: names nobody',
  'erasures.signature': 'of our making',
  'erasures.public_key': 'of our making',
  'report_files.name': 'of our making',
  'report_files.content_type': 'of our making',
  'report_files.sha256': 'a hash; an erasure removes the file',
  'report_schedules.every': 'one of a list',
  'report_schedules.request': 'names of reports, tables, teams and repositories',
  'jobs.kind': 'of our making',
  'jobs.key': 'of our making',
  'jobs.by': 'the id of a key',
  'jobs.status': 'one of a list',
  'retention_runs.counts': 'of our making',
  'commits.author': 'follows author_email',
  'rollup_deltas.repo': 'made anew by each erasure, as what follows',
  'rollup_deltas.person': 'made anew',
  'rollup_deltas.team': 'made anew',
  'rollup_deltas.kind': 'made anew',
  'rollup_keys.dimension': 'made anew',
  'rollup_keys.value': 'made anew',
  'rollup_state.time_zone': 'of our making',
  'webhooks.url': 'names a receiver: changed, messages would go astray',
  'webhooks.events': 'one of a list',
  'webhooks.disabled_reason': 'of our making',
  'webhooks.secret_key_id': 'of our making',
  'webhook_deliveries.type': 'one of a list',
  'webhook_deliveries.status': 'one of a list',
  'webhook_deliveries.url': 'names a receiver',
};
