import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The days on which something was last said, by its code. */
type Said = Record<string, string>;

const today = () => new Date().toISOString().slice(0, 10);

/** Whether this has not been said today; from then on it has. Where that can't be kept it is said again: better than never. */
export async function isNews(state: string, code: string): Promise<boolean> {
  const said = await readSaid(state);
  if (said[code] === today()) return false;
  await writeFile(fileOf(state), JSON.stringify({ ...said, [code]: today() })).catch(() => {});
  return true;
}

/** What goes well again will be news when it fails the next time. */
export async function isWell(state: string, ...codes: string[]): Promise<void> {
  const said = await readSaid(state);
  if (!codes.some((code) => code in said)) return;
  const rest = Object.fromEntries(Object.entries(said).filter(([code]) => !codes.includes(code)));
  await writeFile(fileOf(state), JSON.stringify(rest)).catch(() => {});
}

const fileOf = (state: string) => join(state, 'said.json');

async function readSaid(state: string): Promise<Said> {
  try {
    return JSON.parse(await readFile(fileOf(state), 'utf8')) ?? {};
  } catch {
    return {}; // nothing was said yet
  }
}
