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

/** What goes well again will be news when it fails the next time. `kinds`: beginnings of codes. */
export async function isWell(state: string, ...kinds: string[]): Promise<void> {
  const said = Object.entries(await readSaid(state));
  const rest = Object.fromEntries(said.filter(([code]) => !kinds.some((kind) => code.startsWith(kind))));
  if (Object.keys(rest).length === said.length) return;
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
