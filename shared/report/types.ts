/** The reports there are, with their titles and the table that CSV holds when none is named. */
export const REPORTS = {
  soc2: { title: 'SOC 2 evidence: AI-assisted changes', table: 'changes' },
  gdpr: { title: 'GDPR evidence: record of processing', table: 'processing' },
  iso27001: { title: 'ISO/IEC 27001:2022 evidence: Annex A', table: 'controls' },
  dora: { title: 'DORA evidence: ICT risk of AI providers', table: 'register' },
  audit: { title: 'Audit trail', table: 'events' },
  executive: { title: 'AI-written code at a glance', table: 'trend' },
  departments: { title: 'AI-written code by team', table: 'teams' },
  activity: { title: 'AI-written code by person', table: 'people' },
} as const;
export type ReportType = keyof typeof REPORTS;
export const REPORT_TYPES = Object.keys(REPORTS) as ReportType[];
