import { section, text } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { accessChangesTable, keysTable, membersTable } from './access.js';
import { changesTable } from './changes.js';
import { exemptionsTable, findExemptions } from './exemptions.js';
import { modelsTable } from './models.js';
import type { ReportScope } from './scope.js';
import { violationsTable } from './violations.js';

/** Evidence for criteria of the Trust Services Criteria (AICPA TSP section 100, 2017, revised points of focus 2022). */
export async function soc2(scope: ReportScope): Promise<Section[]> {
  const exemptions = await findExemptions(scope);
  return [
    section(
      'cc8-1',
      'CC8.1 Change management: every AI-assisted change',
      text(
        'One row for each commit that a receipt of the period speaks of. The decision is what policies found when the change arrived: block, warn, pass; "not judged" says that no policy was switched on at that time.',
      ),
      await changesTable(scope, exemptions),
      exemptionsTable(exemptions),
    ),
    section(
      'cc6-1',
      'CC6.1 to CC6.3 Logical access',
      text(
        'Access is by API keys with scopes. They are stored as a hash; the key itself is shown once. Single sign-on and a second factor are the business of the identity provider and are not seen here.',
      ),
      keysTable(scope),
      membersTable(scope),
      accessChangesTable(scope),
    ),
    section(
      'cc6-8',
      'CC6.8 and CC7.1 to CC7.3 Approved models, violations and the response',
      await modelsTable(scope),
      violationsTable(scope),
    ),
  ];
}
