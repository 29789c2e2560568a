import { formatLines } from '../../shared/line-set.js';
import type { WrittenFile } from './files.js';
import type { Developer, Session } from './plan.js';

export interface Written {
  by: Developer;
  session: Session;
  /** Hex digits that are the same for every commit of the session. */
  sessionKey: string;
  prompt: string;
  /** Unix seconds. */
  time: number;
  files: WrittenFile[];
}

/** `authorship/3.0.0`, as formats.md describes it in section 1. */
export function gitAiNote(written: Written, turn: string): string {
  const { by, session, sessionKey, files } = written;
  const human = `h_${hexOf(by.email)}`;
  const lines: string[] = [];
  for (const file of files) {
    lines.push(/\s/.test(file.path) ? `"${file.path}"` : file.path);
    if (file.byTool.length > 0) lines.push(`  s_${sessionKey}::t_${turn} ${formatLines(file.byTool)}`);
    if (file.own.length > 0) lines.push(`  ${human} ${formatLines(file.own)}`);
  }
  const author = `${by.name} <${by.email}>`;
  const about = {
    schema_version: 'authorship/3.0.0',
    git_ai_version: '1.4.5',
    base_commit_sha: '',
    prompts: {},
    sessions: {
      [`s_${sessionKey}`]: {
        agent_id: { tool: session.tool, id: `${session.tool}-${sessionKey}`, model: session.model },
        human_author: author,
      },
    },
    humans: { [human]: { author } },
  };
  return `${lines.join('\n')}\n---\n${JSON.stringify(about, null, 2)}\n`;
}

export interface Usage {
  id: string;
  promptNumber: number;
  messages: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheCreationTokens: number;
  seconds: number;
}

/** USD for a million tokens of input, output, cache reads and cache writes. */
const PRICES: Record<string, [number, number, number, number]> = {
  'claude-opus-4-6': [5, 25, 0.5, 6.25],
  'claude-sonnet-4-5': [3, 15, 0.3, 3.75],
  'claude-haiku-4-5': [1, 5, 0.1, 1.25],
  'gpt-5.4-mini': [0.25, 2, 0.025, 0.25],
};

/** Version 1.0.1, one receipt, as formats.md describes it in section 2. */
export function blamePromptNote(written: Written, usage: Usage): string {
  const { by, session, sessionKey, prompt, time, files } = written;
  const [input, output, cacheRead, cacheCreation] = PRICES[session.model] ?? [0, 0, 0, 0];
  const dollars =
    (usage.inputTokens * input +
      usage.outputTokens * output +
      usage.cacheReadTokens * cacheRead +
      usage.cacheCreationTokens * cacheCreation) /
    1e6;
  const byTool = files.filter((file) => file.byTool.length > 0);
  const changes = byTool.flatMap((file) =>
    file.byTool.map(([start, end], i) => ({
      path: file.path,
      line_range: [start, end],
      additions: end - start + 1,
      deletions: i === 0 ? file.deletions : 0,
    })),
  );
  const receipt = {
    id: usage.id,
    provider: session.tool,
    model: session.model,
    session_id: `${session.tool}-${sessionKey}`,
    prompt_summary: `${prompt}. Follow the style of the files around it and add no dependency.`,
    response_summary: 'Done as asked; the types check.',
    prompt_hash: `sha256:${hexOf(prompt).padEnd(64, '0')}`,
    message_count: usage.messages,
    cost_usd: Math.round(dollars * 1e4) / 1e4,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_creation_tokens: usage.cacheCreationTokens,
    timestamp: isoTime(time - 120),
    session_start: isoTime(time - 120 - usage.seconds),
    session_end: isoTime(time - 60),
    session_duration_secs: usage.seconds + 60,
    user: `${by.name} <${by.email}>`,
    file_path: byTool[0]?.path ?? '',
    line_range: [0, 0],
    files_changed: changes,
    prompt_number: usage.promptNumber,
    total_additions: changes.reduce((sum, change) => sum + change.additions, 0),
    total_deletions: changes.reduce((sum, change) => sum + change.deletions, 0),
    tools_used: ['Read', 'Edit'],
    mcp_servers: [],
    agents_spawned: [],
    conversation: [{ turn: 1, role: 'user', content: prompt }],
  };
  return `${JSON.stringify({ blameprompt_version: '1.0.1', receipts: [receipt] }, null, 2)}\n`;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Fourteen hex digits that only depend on the text. Looks like a hash and needs none. */
export function hexOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (const character of text) {
    a = Math.imul(a ^ character.charCodeAt(0), 0x01000193) >>> 0;
    b = Math.imul(b + character.charCodeAt(0), 0x85ebca6b) >>> 0;
  }
  return (a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0')).slice(0, 14);
}
