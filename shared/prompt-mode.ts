import type { PromptMode } from './blameprompt-receipt.js';

/** How much of a prompt leaves the machine, the least private first: a redacted summary, the recorder's hash, nothing. */
export const PROMPT_MODES = ['summary', 'hash', 'none'] as const satisfies PromptMode[];

/** The most private of several. */
export function strictest(...modes: PromptMode[]): PromptMode {
  return PROMPT_MODES[Math.max(0, ...modes.map((mode) => PROMPT_MODES.indexOf(mode)))]!;
}

/** The prompt of a receipt as far as a mode allows it. */
export function limitPrompt<T extends { prompt_summary?: string | null; prompt_hash?: string | null }>(
  receipt: T,
  mode: PromptMode,
): T {
  if (mode === 'summary') return receipt;
  return { ...receipt, prompt_summary: null, prompt_hash: mode === 'none' ? null : (receipt.prompt_hash ?? null) };
}
