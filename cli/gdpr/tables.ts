/** What a person reads about the tables of an export. */
const TABLES: Record<string, string> = {
  receipts: 'AI interactions of the person, and others that name them',
  receipt_revisions: 'earlier contents of receipts and of their lines',
  attributions: 'lines of files that receipts account for, where a path names the person',
  commits: 'commits the person wrote',
  teams: 'teams whose name names the person',
  team_members: 'memberships in teams',
  org_settings: 'settings of the organisation that name the person',
  policies: 'policies that name the person, exemptions among it',
  policy_versions: 'earlier versions of policies that name the person, or that their key made',
  violations: 'what policies found, what was acknowledged by the person, and notes that name them',
  api_keys: 'keys that are named after the person; without the key',
  jobs: 'background work whose orders name the person',
  audit_details: 'what the audit log says of the person or of keys named after them; "event" says what and when',
};

export const README = (counts: Record<string, number>): string =>
  [
    'Everything that the server stores about a person (GDPR Art. 15 and 20).',
    '',
    'subject.json  all of it: the addresses and names that were looked for, then the rows by table',
    '*.csv         the same, a file a table; cells that a spreadsheet would take for formulas begin with an apostrophe',
    '',
    ...Object.entries(counts).map(([table, count]) => `${table} (${count}): ${TABLES[table] ?? ''}`),
    ...(Object.keys(counts).length === 0 ? ['Nothing was found.'] : []),
    '',
    'Rows may name other people as well. Look through them before you hand them on.',
    '',
  ].join('\n');
