import { column, fact, facts, section, table, text } from '../../../shared/report/build.js';
import type { ReportDocument, Section } from '../../../shared/report/document.js';
import { LIMITS } from '../../../shared/report/limits.js';
import { REPORTS } from '../../../shared/report/types.js';
import type { LocalFacts } from './collect.js';
import { changesTable, completeness, coverage, namesTable, sample } from './tables.js';

/** Reports that one clone can give without a server. */
export const LOCAL_TYPES = ['soc2', 'gdpr', 'audit'] as const;
export type LocalType = (typeof LOCAL_TYPES)[number];

/** The main table of each, which CSV holds. */
export const LOCAL_TABLES: Record<LocalType, string> = { soc2: 'changes', gdpr: 'recipients', audit: 'changes' };

const SECTIONS: Record<LocalType, (known: LocalFacts) => Section[]> = { soc2, gdpr, audit };

/** A report of one repository as a document, from its notes alone. The same notes and commits give the same document. */
export function composeLocal(type: LocalType, known: LocalFacts, version: string): ReportDocument {
  const { repo, period } = known;
  const [seed, chosen] = sample(known, type);
  return {
    type,
    title: `${REPORTS[type].title} (one repository)`,
    organisation: repo,
    organisation_id: repo,
    period: { ...period, time_zone: 'UTC' },
    generator: `BlamePrompt Enterprise ${version}`,
    sections: [
      section(
        'about',
        'About this report',
        text(
          `Population: all receipts in the notes of this clone of ${repo} whose time is in the period, by time and id. No server was asked: what clones of others hold, keys, policies, teams and the audit log are not in it.`,
        ),
        completeness(known),
      ),
      ...SECTIONS[type](known),
      section('coverage', 'Coverage gaps', ...coverage(known)),
      section(
        'sample',
        'Sample',
        text('To test by hand: the receipts whose SHA-256 of seed, colon and id is smallest.'),
        seed,
        chosen,
      ),
      section('limits', 'What this report cannot tell', ...LIMITS.map(text)),
    ],
  };
}

function soc2(known: LocalFacts): Section[] {
  return [
    section(
      'cc8-1',
      'CC8.1 Change management: every AI-assisted change',
      text(
        'One row for each commit that a receipt of the period speaks of. Decisions of policies are known to a server.',
      ),
      changesTable(known),
    ),
    section('cc6-8', 'CC6.8 Models observed', models(known)),
  ];
}

function gdpr(known: LocalFacts): Section[] {
  const { receipts, commits } = known;
  const people = new Set(receipts.map(({ user_email, user_name }) => user_email ?? user_name).filter(Boolean));
  const authors = new Set(commits.map(({ author_email, author_name }) => author_email ?? author_name).filter(Boolean));
  const withSummary = receipts.filter(({ prompt_summary }) => prompt_summary).length;
  const withHash = receipts.filter(({ prompt_summary, prompt_hash }) => !prompt_summary && prompt_hash).length;
  return [
    section(
      'art-30',
      'Art. 30 Record of processing',
      text(
        'Recorders write receipts into the notes of the repository: name, e-mail address, time, tool, model, tokens and cost of developers, and what each keeps of prompts. Whoever can read the repository can read them.',
      ),
      facts(
        'processing',
        fact('people', 'People named in receipts', people.size, 'count'),
        fact('authors', 'Authors of commits', authors.size, 'count'),
      ),
      namesTable(known, { id: 'recipients', title: 'Recipients: AI providers that prompts were sent to' }, [
        'provider',
      ]),
    ),
    section(
      'art-5',
      'Art. 5(1)(c) Data minimisation: what would be sent of prompts',
      facts(
        'prompts',
        fact('with_summary', 'Receipts with a redacted summary', withSummary, 'count'),
        fact('with_hash', 'Receipts with a hash only', withHash, 'count'),
        fact('with_nothing', 'Receipts with neither', receipts.length - withSummary - withHash, 'count'),
      ),
    ),
  ];
}

function audit(known: LocalFacts): Section[] {
  return [
    section('trail', 'Receipts in commits', changesTable(known)),
    section('models', 'Models observed', models(known)),
    section(
      'skipped',
      'Notes that were not counted',
      table(
        {
          id: 'skipped',
          title: 'Notes that were not counted',
          columns: [column('ref', 'Ref'), column('commit', 'Commit'), column('reason', 'Why')],
          empty: 'Every note was read and counted.',
        },
        known.skipped.map(({ ref, commit, reason }) => [ref, commit, reason]),
      ),
    ),
  ];
}

const models = (known: LocalFacts) =>
  namesTable(known, { id: 'models', title: 'Models observed' }, ['provider', 'model', 'tool']);
