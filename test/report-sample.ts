import type { Block, Cell, Chart, ReportDocument } from '../shared/report/document.js';

/** Names in many scripts, and what people put in names to do harm. */
export const NAMES = [
  'Ada Lovelace',
  'José Ñandú',
  'Łukasz Żółć',
  'Nguyễn Thị Phượng',
  'Иван Петров',
  'Љубица Ђорђевић',
  'Γιώργος Παπαδόπουλος',
  'प्रिया शर्मा',
  'شركة البرمجيات المحدودة',
  'דוד בן גוריון 1948',
  '山田太郎',
  '王小明',
  '김철수',
  'สมชาย ใจดี',
  'Zoë 😀 Ünal',
];
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '=HYPERLINK("http://x")',
  '\u202egnp.exe\u202c',
  'a\u0000b\u001b[31mc\u0007',
  'lone \ud800 surrogate',
  '&amp; &#60; ]]> -->',
  `${'W'.repeat(10_000)}`,
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'aЖ'.repeat(2_000),
  '-'.repeat(60),
  'e\u0301'.repeat(300),
  '\ufeff\u200b\u00ad',
];

/** A report with all kinds of blocks, as `hostile` or as tame as they come. The same bytes each time. */
export function sampleReport({ rows = 5_000, hostile = true } = {}): ReportDocument {
  const names = hostile ? [...NAMES, ...HOSTILE] : NAMES;
  return {
    type: 'soc2',
    title: 'SOC 2 evidence',
    organisation: 'Müller & Søhne – 株式会社サンプル',
    organisation_id: '6f0d3a52-5d8e-4f0b-9a43-0d6f5b8c1e77',
    period: { from: '2026-01-01T00:00:00Z', to: '2026-04-01T00:00:00Z', time_zone: 'Europe/Berlin' },
    generator: 'BlamePrompt Enterprise 0.1.0',
    sections: [
      { id: 'summary', title: 'Summary', blocks: [...summary(), ...charts()] },
      { id: 'access', title: 'CC6.1–CC6.3 Access', blocks: [access(names), empty()] },
      { id: 'changes', title: 'CC8.1 Changes with AI: Изменения', blocks: [changes(rows, names)] },
      { id: 'limits', title: 'What this report does not tell', blocks: [{ kind: 'text', text: PARAGRAPHS }] },
    ],
  };
}

const PARAGRAPHS = `Receipts are what the recorder of a tool writes down. A change for which no recorder ran has none, and is counted as a commit without receipt, not as one without AI.

Evidence, not a verdict: whether a control was met is for the auditor to say. The figures of this report follow from the receipts that reached the server until the end of the period; a receipt that comes later changes a report that is made again.`;

function summary(): Block[] {
  return [
    { kind: 'text', text: 'What was recorded of AI-assisted changes in the period, and how complete the record is.' },
    {
      kind: 'facts',
      id: 'population',
      facts: [
        { id: 'commits', label: 'Commits', value: 12_345, unit: 'count' },
        { id: 'with_receipts', label: 'Commits with receipts', value: 61.5, unit: 'percent' },
        { id: 'cost_usd', label: 'Cost', value: 1234.5, unit: 'usd' },
        {
          id: 'sha256',
          label: 'SHA-256 of the population',
          value: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        },
        {
          id: 'query',
          label: 'Population',
          value:
            'All commits on the default branch with an author date in the period, of all repositories of the organisation',
        },
        { id: 'checked_at', label: 'Last event', value: '2026-03-31T22:15:10Z', unit: 'instant' },
        { id: 'seed', label: 'Seed of the sample', value: null },
      ],
    },
  ];
}

function charts(): Chart[] {
  const days = Array.from({ length: 90 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
  return [
    {
      kind: 'chart',
      id: 'daily',
      title: 'Cost a day',
      type: 'line',
      unit: 'usd',
      labels: days,
      series: ['claude-opus', 'gpt-5', 'Модель'].map((name, n) => ({
        name,
        values: days.map((_, day) => (day % 30 === 7 ? null : 20 + 10 * n + Math.round(8 * Math.sin(day / (3 + n))))),
      })),
    },
    {
      kind: 'chart',
      id: 'repos',
      title: 'Lines by repository',
      type: 'bar',
      unit: 'count',
      labels: [
        'payments/ledger-service',
        'платежи/сервис',
        'תשלומים',
        '<b>&"hostile"</b>',
        'frontend/design-system-components',
        '支払い/台帳',
      ],
      series: [
        { name: 'AI', values: [1200, 900, 800, 400, 350, 120] },
        { name: 'Human', values: [800, 700, 900, 600, 450, 220] },
      ],
    },
    {
      kind: 'chart',
      id: 'weekly',
      title: 'Lines a week',
      type: 'stacked',
      unit: 'count',
      labels: ['W1', 'W2', 'W3', 'W4', 'W5'],
      series: [
        { name: 'AI', values: [12, 20, 31, 25, 40] },
        { name: 'Human', values: [40, 35, 30, 33, 20] },
        { name: 'Unknown', values: [5, 5, 4, null, 2] },
      ],
    },
    { kind: 'chart', id: 'nothing', title: 'Violations a week', type: 'bar', unit: 'count', labels: [], series: [] },
  ];
}

function access(names: string[]): Block {
  return {
    kind: 'table',
    id: 'members',
    title: 'Members and their roles',
    empty: 'There are no members.',
    columns: [
      { id: 'name', label: 'Name' },
      { id: 'role', label: 'Role' },
      { id: 'mfa', label: 'Second factor' },
      { id: 'since', label: 'Since', unit: 'instant' },
    ],
    rows: () => [
      names.map((name, n): Cell[] => [
        name,
        ['owner', 'admin', 'member'][n % 3]!,
        n % 2 === 0,
        `2026-01-${String((n % 28) + 1).padStart(2, '0')}T08:30:00Z`,
      ]),
    ],
  };
}

function empty(): Block {
  return {
    kind: 'table',
    id: 'bypasses',
    title: 'Bypassed policies',
    empty: 'No bypass was recorded in the period.',
    columns: [
      { id: 'commit', label: 'Commit' },
      { id: 'approver', label: 'Approver' },
    ],
    rows: () => [],
  };
}

function changes(count: number, names: string[]): Block {
  const row = (n: number): Cell[] => [
    (n * 2654435761).toString(16).padStart(12, '0').slice(-12).repeat(4).slice(0, 40),
    names[n % names.length]!,
    'payments/ledger-service',
    'claude-code',
    'claude-opus-4-5-20251101',
    `2026-02-${String((n % 28) + 1).padStart(2, '0')}T${String(n % 24).padStart(2, '0')}:00:00Z`,
    (n * 37) % 101,
    (n % 97) / 13,
    ['allowed', 'warned', 'blocked'][n % 3]!,
  ];
  return {
    kind: 'table',
    id: 'changes',
    title: 'AI-assisted changes',
    empty: 'No change with AI was recorded.',
    columns: [
      { id: 'commit', label: 'Commit' },
      { id: 'author', label: 'Author' },
      { id: 'repo', label: 'Repository' },
      { id: 'tool', label: 'Tool' },
      { id: 'model', label: 'Model' },
      { id: 'at', label: 'Committed', unit: 'instant' },
      { id: 'ai', label: 'AI share', unit: 'percent' },
      { id: 'cost', label: 'Cost', unit: 'usd' },
      { id: 'decision', label: 'Decision' },
    ],
    async *rows() {
      for (let from = 0; from < count; from += 500)
        yield Array.from({ length: Math.min(500, count - from) }, (_, n) => row(from + n));
    },
  };
}
