import { createHash } from 'node:crypto';
import { percentage } from '../../../shared/percentage.js';
import { column, fact, facts, table } from '../../../shared/report/build.js';
import type { Facts, Table } from '../../../shared/report/document.js';
import type { LocalFacts } from './collect.js';

/** Items of a sample, as in the server's reports. */
const SAMPLE = 25;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Every receipt in every commit that it speaks of, with the lines of the commit as it stands on the default branch. */
export function changesTable({ receipts, byOid }: LocalFacts): Table {
  const rows = receipts.flatMap(({ attributions = [], ...receipt }) => {
    const commits = [...new Set((attributions ?? []).map(({ commit }) => commit ?? null))];
    return (commits.length === 0 ? [null] : commits).map((oid) => {
      const said = oid === null ? undefined : byOid.get(oid);
      const landed = said?.on_default_branch === false ? byOid.get(said.rewritten_to ?? '') : said;
      const { ai = null, added = null } = landed?.lines ?? {};
      return [
        ...[receipt.timestamp, oid, landed?.commit ?? null, landed?.author_name ?? null],
        ...[receipt.user_email ?? receipt.user_name ?? null, receipt.tool ?? null, receipt.provider ?? null],
        ...[receipt.model ?? null, receipt.prompt_hash ?? null, ai, added],
        ...[ai === null || added === null ? null : percentage(ai, added), receipt.id],
      ];
    });
  });
  return table(
    {
      id: 'changes',
      title: 'AI-assisted changes',
      columns: [
        column('recorded_at', 'Time', 'instant'),
        column('commit', 'Commit'),
        column('landed_as', 'On the default branch as'),
        column('author', 'Author'),
        column('person', 'Asked by'),
        column('tool', 'Tool'),
        column('provider', 'Provider'),
        column('model', 'Model'),
        column('prompt_hash', 'Prompt hash'),
        column('ai', 'AI lines', 'count'),
        column('added', 'Lines added', 'count'),
        column('ai_share', 'AI share', 'percent'),
        column('receipt_id', 'Receipt'),
      ],
      empty: 'No receipt is in the period.',
    },
    rows,
  );
}

/** What receipts name, with how often, from when to when; `by` chooses the names. */
export function namesTable(
  { receipts }: LocalFacts,
  about: { id: string; title: string },
  names: readonly ('provider' | 'model' | 'tool')[],
): Table {
  const found = new Map<string, { names: (string | null)[]; count: number; first: string; last: string }>();
  for (const receipt of receipts) {
    const values = names.map((name) => receipt[name] ?? null);
    const key = JSON.stringify(values);
    const known = found.get(key) ?? { names: values, count: 0, first: receipt.timestamp, last: receipt.timestamp };
    found.set(key, { ...known, count: known.count + 1, last: receipt.timestamp });
  }
  const labels = { provider: 'Provider', model: 'Model', tool: 'Tool' };
  const rows = [...found].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  return table(
    {
      ...about,
      columns: [
        ...names.map((name) => column(name, labels[name])),
        column('receipts', 'Receipts', 'count'),
        column('first_seen', 'First seen', 'instant'),
        column('last_seen', 'Last seen', 'instant'),
      ],
      empty: 'No receipt is in the period.',
    },
    rows.map(([, { names: values, count, first, last }]) => [...values, count, first, last]),
  );
}

export function completeness({ receipts, withoutTime }: LocalFacts): Facts {
  return facts(
    'completeness',
    fact('rows', 'Items in the population', receipts.length, 'count'),
    fact(
      'sha256',
      'SHA-256 over their ids in this order, each followed by a line feed',
      sha256(receipts.map(({ id }) => `${id}\n`).join('')),
    ),
    fact('without_time', 'Receipts without a time, which are in no period', withoutTime, 'count'),
  );
}

/** The receipts whose hash with the seed is smallest; the seed follows from the question, so nobody chose it. */
export function sample({ repo, period, receipts }: LocalFacts, type: string): [Facts, Table] {
  const seed = sha256(JSON.stringify([repo, type, period.from, period.to])).slice(0, 16);
  const chosen = receipts
    .map((receipt) => ({ receipt, hash: sha256(`${seed}:${receipt.id}`) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .slice(0, SAMPLE);
  return [
    facts('sampling', fact('seed', 'Seed', seed)),
    table(
      {
        id: 'sample',
        title: 'Sample',
        columns: [
          column('receipt_id', 'Receipt'),
          column('recorded_at', 'Time', 'instant'),
          column('tool', 'Tool'),
          column('model', 'Model'),
          column('prompt_hash', 'Prompt hash'),
        ],
        empty: 'There is nothing to choose from.',
      },
      chosen.map(({ receipt: { id, timestamp, tool, model, prompt_hash } }) => [
        ...[id, timestamp, tool ?? null, model ?? null, prompt_hash ?? null],
      ]),
    ),
  ];
}

export function coverage({ commits }: LocalFacts): [Facts, Table] {
  const silent = commits.filter(({ has_receipts }) => !has_receipts);
  const count = (field: 'added' | 'ai' | 'human' | 'unknown') =>
    commits.reduce((sum, { lines }) => sum + (lines?.[field] ?? 0), 0);
  return [
    facts(
      'coverage',
      fact('commits', 'Commits of the default branch, merges left out', commits.length, 'count'),
      fact('commits_without_receipts', 'Commits without any receipt', silent.length, 'count'),
      fact('coverage', 'Coverage', percentage(commits.length - silent.length, commits.length), 'percent'),
      fact('lines_added', 'Lines added', count('added'), 'count'),
      fact('lines_ai', 'Written by AI', count('ai'), 'count'),
      fact('lines_human', 'Written by people', count('human'), 'count'),
      fact('lines_unknown', 'Of which nobody says anything', count('unknown'), 'count'),
      fact('ai_code_percentage', 'AI share of added lines', percentage(count('ai'), count('added')), 'percent'),
    ),
    table(
      {
        id: 'coverage_gaps',
        title: 'Commits without any receipt',
        columns: [
          column('commit', 'Commit'),
          column('committed_at', 'Time', 'instant'),
          column('added', 'Lines added', 'count'),
          column('named_tools', 'AI that the message names'),
        ],
        empty: 'No commit that was counted lacks a receipt.',
      },
      silent.map(({ commit, committed_at, lines, ai_involved }) => [
        ...[commit, committed_at, lines?.added ?? null],
        (ai_involved ?? []).map(({ tool, model, provider }) => tool ?? model ?? provider).join(', ') || null,
      ]),
    ),
  ];
}
