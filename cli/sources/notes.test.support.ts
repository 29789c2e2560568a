import { formatLines } from '../../shared/line-set.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

export const context: NoteContext = {
  commit: 'c0ffee'.padEnd(40, '0'),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'commit' },
  prompts: 'summary',
  root: '/home/ada/app/',
};

/** Stands wherever recorders keep what must not be read. */
export const PRIVATE = 'planted text';

/** What users asked for, and its hash: read as the mode says. */
export const PROMPT = 'add a login form';
export const PROMPT_HASH = 'sha256:00';

export const ID = '11111111-2222-4333-8444-555555555555';
const OTHER_ID = '66666666-7777-4888-9999-aaaaaaaaaaaa';

const line = (line_number: number, type: string) => ({
  line_number,
  content: PRIVATE,
  source: { type },
  confidence: 1,
});
const trace = {
  version: '0.1.0',
  id: ID,
  timestamp: '2026-02-10T08:00:00.5Z',
  vcs: { type: 'git', revision: 'd'.repeat(40) },
  tool: { name: 'cursor', version: '2.4.0' },
  files: [
    {
      path: 'src\\a.ts',
      conversations: [
        {
          url: 'https://conversations.example.com/1',
          contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-6' },
          ranges: [{ start_line: 1, end_line: 9, content_hash: 'murmur3:00' }],
        },
      ],
    },
  ],
  metadata: { conversation_id: 'conversation-a' },
};
const flatTrace = {
  schema: 'agent-trace/v0.1.0',
  session_id: 'session-a',
  file_path: '/home/ada/app/src/a.ts',
  start_line: 3,
  end_line: 5,
  content_hash: 'murmur3:01',
  confidence: 'high',
  tool: 'Edit',
  tool_use_id: 'toolu_01',
  timestamp: '2026-02-11T08:00:00.123456+00:00',
};
const memento = (provider: string, id: string) =>
  `# Git Memento Session\n\n- Provider: ${provider}\n- Session ID: ${id}\n- Session Title: ${PRIVATE}\n- Committer: Ada\n\n## Conversation\n\n### Ada\n\n${PRIVATE}\n`;

/** Notes as their recorders shape them; all names and numbers are made up. The objects are what tests vary. */
export const samples = {
  whogitit: {
    version: 3,
    session: {
      session_id: 'session-w',
      model: { id: 'claude-opus-4-6', provider: 'anthropic' },
      started_at: '2026-02-01T09:00:00.123456+00:00',
      prompt_count: 1,
      used_plan_mode: false,
    },
    prompts: [{ index: 0, text: PROMPT, timestamp: '2026-02-01T09:01:00Z', affected_files: ['src/login.ts'] }],
    files: [
      {
        path: 'src/login.ts',
        lines: [
          line(1, 'Original'),
          line(2, 'AI'),
          line(3, 'AI'),
          line(4, 'AIModified'),
          line(5, 'Human'),
          line(6, 'Unknown'),
        ],
        summary: {
          total_lines: 6,
          ai_lines: 2,
          ai_modified_lines: 1,
          human_lines: 1,
          original_lines: 1,
          unknown_lines: 1,
        },
      },
    ],
  },
  agentblame: {
    version: 2,
    timestamp: '2026-01-20T10:00:00.000Z',
    attributions: [
      {
        path: 'src/a.ts',
        startLine: 3,
        endLine: 9,
        category: 'ai_generated',
        provider: 'claudeCode',
        model: 'claude',
        confidence: 1,
        matchType: 'exact_hash',
        contentHash: '00',
      },
    ],
  },
  agentblameV1: {
    version: 1,
    timestamp: '2026-01-13T10:00:00.000Z',
    attributions: [
      {
        path: 'src/a.ts',
        start_line: 3,
        end_line: 9,
        category: 'ai_generated',
        provider: 'claude_code',
        model: 'claude',
        confidence: 0.95,
        match_type: 'normalized_hash',
        content_hash: '00',
      },
    ],
  },
  agentblameSummary: {
    version: 2,
    summary: {
      totalLines: 10,
      aiLines: 7,
      humanLines: 3,
      providers: { claudeCode: 7 },
      models: { claude: 7 },
      updated: '2026-01-20T10:00:00.000Z',
    },
    contributors: {
      ada: { totalLines: 10, aiLines: 7, providers: { claudeCode: 7 }, models: { claude: 7 }, prCount: 1 },
    },
    history: [{ date: '2026-01-20', pr: 1, title: 'Login', author: 'ada', added: 10, removed: 0, aiLines: 7 }],
  },
  agentnote: {
    v: 1,
    agent: 'codex',
    session_id: ID,
    timestamp: '2026-05-01T08:00:00.000Z',
    model: 'gpt-5.4',
    interactions: [
      {
        prompt: PRIVATE,
        response: PRIVATE,
        contexts: [{ kind: 'scope', source: 'current_response', text: PRIVATE }],
        files_touched: ['src/a.ts'],
        tools: ['apply_patch'],
      },
    ],
    files: [
      { path: 'src/a.ts', by_ai: true },
      { path: 'README.md', by_ai: false },
    ],
    attribution: { ai_ratio: 90, method: 'line', lines: { ai_added: 9, total_added: 10, deleted: 1 } },
  },
  agentnoteEarly: {
    v: 1,
    session_id: ID,
    timestamp: '2026-04-08T06:51:05.989Z',
    interactions: [{ prompt: PRIVATE, response: null }],
    files_in_commit: ['src/a.ts', 'src/b.ts'],
    files_by_ai: ['src/a.ts'],
    ai_ratio: 97,
    ai_added_lines: 188,
    total_added_lines: 193,
    deleted_lines: 4,
  },
  qwenCode: {
    version: 1,
    generator: 'Qwen-Coder',
    files: {
      'src/a.ts': { aiChars: 150, humanChars: 30, percent: 83, surface: 'cli' },
      'README.md': { aiChars: 0, humanChars: 12, percent: 0, surface: 'cli' },
    },
    summary: { aiPercent: 78, aiChars: 150, humanChars: 42, totalFilesTouched: 2, surfaces: ['cli'] },
    promptCount: 2,
  },
  qwenCodeEarly: {
    version: 1,
    generator: 'glm-4.6',
    files: { 'src/a.ts': { aiCharsAdded: 0, aiCharsRemoved: 30, aiCreated: false, aiContributionPercent: 100 } },
    summary: { totalAiCharsAdded: 0, totalAiCharsRemoved: 30, totalFilesTouched: 1, overallAiPercent: 100 },
  },
  kiroMetrics: {
    attribution_state: 'measured',
    ai_lines: 85,
    human_lines: 12,
    total_lines: 97,
    ai_files: ['src/a.ts'],
    human_files: ['README.md'],
  },
  trace,
  flatTrace,
  ledger: {
    version: '2.0',
    trace_ids: [ID, OTHER_ID],
    ledger_hash: 'sha256:00',
    stats: { ai_lines: 9, total_changed_lines: 12 },
    ledger: {
      files: {
        'src/a.ts': {
          line_attributions: [
            {
              start_line: 1,
              end_line: 4,
              type: 'ai',
              trace_id: ID,
              model_id: 'anthropic/claude-opus-4-6',
              evidence: [{ line: 1, hash: '00', content: PRIVATE }],
            },
            { start_line: 6, end_line: 10, type: 'ai', trace_id: OTHER_ID, model_id: 'openai/gpt-5.4' },
          ],
        },
      },
    },
    prompts: [PRIVATE],
  },
  srctrace: {
    v: 1,
    f: {
      'src/a.ts': [
        { s: 'agent|cursor(gpt-5)', l: [1, '5-9'] },
        { s: 'operator', l: [3] },
      ],
      'src/b.ts': [{ s: 'operator', l: [] }],
    },
  },
  promptStory: {
    v: 1,
    start_work: '2026-01-08T12:59:45Z',
    sessions: [
      {
        tool: 'claude-code',
        id: 'session-p',
        path: 'claude-code/session-p.jsonl',
        created: '2026-01-08T08:01:07.862Z',
        modified: '2026-01-08T15:36:06.933Z',
      },
    ],
  },
  shiftlog: {
    version: 1,
    session_id: 'session-s',
    timestamp: '2026-02-07T10:00:00Z',
    project_path: '/home/ada/app',
    git_branch: 'main',
    message_count: 42,
    checksum: 'sha256:00',
    transcript: PRIVATE,
  },
  gitAiV0: {
    files: {
      'src/a.ts': {
        file: 'src/a.ts',
        authors: [
          { author: 'Ada Example', lines: [1, [4, 9]], agent_metadata: null },
          { author: 'Claude', lines: [2, 3], agent_metadata: null },
        ],
      },
    },
    schema_version: 'authorship/0.0.1',
  },
};

const aiAttr = `src/a.ts
  a1b2c3d4e5f60718 1-10
  human___________ 11-12
---
${JSON.stringify({
  schema_version: 'authorship/3.0.0',
  tool_version: 'ai-attr/0.2.0',
  prompts: {
    a1b2c3d4e5f60718: {
      agent_id: { tool: 'claude', id: 'session-a', model: 'sonnet-4' },
      human_author: 'Ada Example',
      total_additions: 10,
    },
    human___________: {
      agent_id: { tool: 'human', id: '', model: '' },
      human_author: 'Ada Example',
      total_additions: 2,
    },
  },
})}`;

const gitAi = `src/a.ts
  s_0123456789abcd::t_aaaaaaaaaaaaaa 1-10
---
${JSON.stringify({
  schema_version: 'authorship/3.0.0',
  git_ai_version: '1.4.5',
  sessions: {
    s_0123456789abcd: {
      agent_id: { tool: 'claude', id: 'session-a', model: 'claude-opus-4-6' },
      human_author: 'Ada Example <ada@example.com>',
    },
  },
})}`;

const blameprompt = {
  blameprompt_version: '1.0.1',
  receipts: [
    {
      id: ID,
      provider: 'claude',
      model: 'claude-sonnet-4-6',
      session_id: 'session-b',
      prompt_summary: PROMPT,
      prompt_hash: PROMPT_HASH,
      timestamp: '2026-02-25T11:42:36Z',
      file_path: 'a.ts',
      line_range: [1, 2],
      conversation: [PRIVATE],
    },
  ],
};

const blamepromptFiles = {
  blameprompt_version: '0.3.0',
  receipts: [
    {
      id: ID,
      provider: 'claude',
      model: 'claude-sonnet-4-6',
      session_id: 'session-b',
      prompt_number: 2,
      prompt_summary: PROMPT,
      prompt_hash: PROMPT_HASH,
      message_count: 3,
      cost_usd: 0.25,
      input_tokens: 90,
      cache_read_tokens: 7_000,
      user: 'Ada Example <ada@example.com>',
      files_changed: [
        { path: '/home/ada/app/src/a.ts', line_range: [1, 9], additions: 9, deletions: 1 },
        { path: 'a.ts', line_range: [0, 0], additions: 0, deletions: 2 },
      ],
      total_additions: 9,
      conversation: [{ role: 'user', text: PRIVATE }],
      response_summary: PRIVATE,
      user_decisions: [{ answer: PRIVATE }],
    },
    { session_id: 'session-b', prompt_number: 3, provider: 'codex', model: 'gpt-5.4', line_range: [0, 0] },
  ],
  file_mappings: [
    {
      path: 'src/a.ts',
      hunks: [
        { start_line: 1, end_line: 4, origin: 'ai_generated', model: 'claude-opus-4-6' },
        { start_line: 5, end_line: 6, origin: 'pure_human' },
      ],
    },
  ],
};

/** Two attestations, as a fork writes: the second says the same lines again. */
const gitAiFork = `src/a.ts
  0f1e2d3c4b5a6978 1-4,9,12-14
  h_fedcba98765432 5-6
"src/my file.ts"
  0f1e2d3c4b5a6978 3
  s_0123456789abcd::t_aaaaaaaaaaaaaa 3-8
---
src/a.ts
  22222222-3333-4444-8555-666666666666 1-4
  22222222-3333-4444-8555-666666666666 9,12-14
"src/my file.ts"
  22222222-3333-4444-8555-666666666666 3
---
${JSON.stringify(
  {
    schema_version: 'authorship/4.0.0',
    git_ai_version: '1.4.5',
    base_commit_sha: 'd'.repeat(40),
    prompts: {
      '0f1e2d3c4b5a6978': {
        agent_id: { tool: 'cursor', id: 'session-b', model: 'gpt-5' },
        human_author: 'Ada Example <ada@example.com>',
        messages: [{ type: 'user', text: PRIVATE, id: '22222222-3333-4444-8555-666666666666' }],
        total_additions: 25,
        accepted_lines: 20,
      },
      '0f1e2d3': { agent_id: { tool: 'mock_ai', id: 'session-m', model: 'unknown' }, messages: [] },
    },
    sessions: { s_0123456789abcd: { agent_id: { tool: 'claude', id: 'session-a' }, messages: { text: PRIVATE } } },
    humans: { h_fedcba98765432: { author: 'Ada Example <ada@example.com>' } },
    change_history: [{ kind: 'ai_agent', prompt_text: PRIVATE, files: { 'src/a.ts': { added_lines: ['1-4'] } } }],
  },
  null,
  2,
)}`;

const mementoEnvelope = ['Codex', 'Claude'].map(
  (provider) =>
    `<!-- git-memento-session:start -->\n${memento(provider, `session-${provider}`)}<!-- git-memento-session:end -->`,
);

const written: Record<string, (object | string)[]> = {
  'ai-attr': [aiAttr],
  'git-ai': [gitAi, gitAiFork],
  blameprompt: [blameprompt, blamepromptFiles],
  agentblame: [samples.agentblame, samples.agentblameV1, samples.agentblameSummary],
  agentnote: [samples.agentnote, samples.agentnoteEarly],
  whogitit: [samples.whogitit],
  'agent-trace': [
    samples.trace,
    [samples.trace],
    samples.flatTrace,
    `${JSON.stringify(trace)}\n${JSON.stringify(flatTrace)}\n`,
    samples.ledger,
  ],
  srctrace: [samples.srctrace],
  'qwen-code': [samples.qwenCode, samples.qwenCodeEarly],
  'kiro-metrics': [samples.kiroMetrics, { attribution_state: 'unknown' }],
  'git-prompt-story': [samples.promptStory],
  shiftlog: [samples.shiftlog, { ...samples.shiftlog, agent: 'gemini', model: 'gemini-2.5-pro' }],
  'git-memento': [
    memento('Codex', 'session-m'),
    `<!-- git-memento-sessions:v1 -->\n\n<!-- git-memento-note-version:1 -->\n\n${mementoEnvelope.join('\n\n')}\n`,
  ],
  'git-ai-v0': [samples.gitAiV0],
};

export const bytesOf = (note: unknown): Buffer =>
  Buffer.from(typeof note === 'string' ? note : JSON.stringify(note, null, 2));

/** Notes of each format, by the name of its source: objects as they are and pretty, texts as they are. */
export const fixtures = new Map(
  Object.entries(written).map(([name, notes]) => [
    name,
    notes.flatMap((note) =>
      typeof note === 'string' ? [bytesOf(note)] : [bytesOf(note), Buffer.from(JSON.stringify(note))],
    ),
  ]),
);

export function parse(source: Source, note: unknown, changes: Partial<NoteContext> = {}): ParsedNote {
  const parsed = source.parse(Buffer.isBuffer(note) ? note : bytesOf(note), { ...context, ...changes });
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed;
}

/** Claims in one line each: `path lines by tool model`. */
export const claimsOf = ({ claims }: ParsedNote): string[] =>
  claims
    .map(({ path, lines, by, tool, model }) => `${path} ${formatLines(lines)} ${by} ${tool ?? '-'} ${model ?? '-'}`)
    .sort();

/** What receipts account for, in one line each: `tool path lines`. */
export const attributedBy = ({ receipts }: ParsedNote): string[] =>
  receipts.flatMap(({ tool, attributions }) =>
    (attributions ?? []).map(({ path, lines }) => `${tool ?? '-'} ${path ?? '-'} ${lines ?? '-'}`),
  );
