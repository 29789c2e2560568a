import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../../terminal.js';
import { logLine } from './log.js';
import { isNews, isWell } from './say-once.js';

const fileOf = (state: string) => join(state, 'problem');

/** What went wrong in the background: into the log, and, once a day, for the next hook that somebody watches to say. */
export async function reportProblem(state: string, code: string, text: string): Promise<void> {
  await logLine(state, `failed: ${text}`);
  if (await isNews(state, code)) await writeFile(fileOf(state), `${printable(text).slice(0, 500)}\n`);
}

/** It works again: what was not said yet need not be said any more. */
export async function clearProblem(state: string, kind: string): Promise<void> {
  await isWell(state, kind);
  await rm(fileOf(state), { force: true });
}
