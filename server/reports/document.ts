import { fact, facts, section, text } from '../../shared/report/build.js';
import type { ReportDocument, Section } from '../../shared/report/document.js';
import { LIMITS } from '../../shared/report/limits.js';
import { REPORTS, type ReportType } from '../../shared/report/types.js';
import { version } from '../version.js';
import { activity } from './activity.js';
import { audit, eventPopulation } from './audit.js';
import { auditLog } from './audit-log.js';
import { coverage } from './coverage.js';
import { departments } from './departments.js';
import { dora } from './dora.js';
import { exceptions } from './exceptions.js';
import { executive } from './executive.js';
import { gdpr } from './gdpr.js';
import { iso27001 } from './iso27001.js';
import { policiesInForce } from './policies.js';
import { countItems, type Population, receiptPopulation, seedOf } from './population.js';
import type { ReportScope } from './scope.js';
import { soc2 } from './soc2.js';

interface Kind {
  /** What the report says beside what all of them say. */
  sections: (scope: ReportScope) => Promise<Section[]>;
  /** Receipts where nothing is said. */
  population?: (scope: ReportScope) => Population;
}

const KINDS: Record<ReportType, Kind> = {
  soc2: { sections: soc2 },
  gdpr: { sections: gdpr },
  iso27001: { sections: iso27001 },
  dora: { sections: dora },
  audit: { sections: audit, population: eventPopulation },
  executive: { sections: executive },
  departments: { sections: departments },
  activity: { sections: activity },
};

/**
 * A report as a document. Its tables are read from the database when a format reads them: one after the other, inside the
 * transaction of the scope. The same data gives the same document: nothing in it depends on when or by whom it is made.
 */
export async function composeReport(scope: ReportScope): Promise<ReportDocument> {
  const { type, org, filters, settings } = scope;
  const { sections, population = receiptPopulation } = KINDS[type];
  const items = population(scope);
  const about = await aboutSection(scope, items);
  return {
    type,
    title: REPORTS[type].title,
    organisation: org.name,
    organisation_id: scope.orgId,
    period: { from: filters.from, to: filters.to, time_zone: settings.time_zone },
    generator: GENERATOR,
    sections: [
      about,
      ...(await sections(scope)),
      await exceptions(scope),
      await coverage(scope),
      section(
        'sample',
        'Sample',
        text(
          'To test by hand: the items whose SHA-256 of seed, colon and id is smallest. The seed follows from organisation, type, period and filters, so nobody chose it.',
        ),
        facts('sampling', fact('seed', 'Seed', seedOf(scope))),
        items.sample(seedOf(scope)),
      ),
      policiesInForce(scope),
      await auditLog(scope),
      section('limits', 'What this report cannot tell', ...LIMITS.map(text)),
    ],
  };
}

const GENERATOR = `BlamePrompt Enterprise ${version}`;

async function aboutSection(scope: ReportScope, items: Population): Promise<Section> {
  const { org, filters, settings } = scope;
  const { rows, sha256 } = await countItems(items);
  return section(
    'about',
    'About this report',
    facts(
      'about',
      fact('organisation', 'Organisation', org.name),
      fact('organisation_slug', 'Its short name', org.slug),
      fact('from', 'From', filters.from, 'instant'),
      fact('to', 'To, excluded', filters.to, 'instant'),
      fact('time_zone', 'Time zone of its days', settings.time_zone),
      fact('repo', 'Repository', filters.repo ?? 'all'),
      fact('team', 'Team', filters.team ?? 'all'),
      fact('generator', 'Made by', GENERATOR),
    ),
    text(`Population: ${items.words}`),
    facts(
      'completeness',
      fact('rows', 'Items in the population', rows, 'count'),
      fact('sha256', 'SHA-256 over their ids in this order, each followed by a line feed', sha256),
    ),
  );
}
