import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CloneSettings } from '../../shared/api/settings.js';
import Type, { type Static } from '../../shared/schema.js';
import { compileBody } from '../../shared/validate.js';

/** What of a clone one server has seen. Only ever moved to a state that the server has confirmed whole. */
const Cursor = Type.Object({
  /** Tip of each notes ref at the last complete sync. */
  refs: Type.Record(Type.String(), Type.String()),
  branch: Type.Union([Type.Object({ name: Type.String(), tip: Type.String() }), Type.Null()]),
  /** Where tracking started: notes on older commits move it back, and then older commits count, too. */
  start: Type.Union([Type.String(), Type.Null()]),
  /** Everything that changes what is sent for the same notes; when it differs, all is sent anew. */
  settings: Type.String(),
  /** Commits whose notes could not be read or were refused: tried again each time. */
  pending: Type.Array(Type.String()),
  /** Digest of everything the last complete sync depended on (memo.ts), and the repository's name for the answer. */
  memo: Type.Optional(Type.Object({ digest: Type.String(), repo: Type.String() })),
  /** What the org enforced at that sync; for commands that do not ask the server. */
  org: Type.Optional(CloneSettings),
});
export type Cursor = Static<typeof Cursor>;

const State = Type.Object({ version: Type.Literal(1), servers: Type.Record(Type.String(), Cursor) });
type State = Static<typeof State>;
const check = compileBody(State);

export const stateFile = (commonDir: string) => join(commonDir, 'blameprompt', 'state.json');

/** Which cursor a server and key have. Another key can mean another org, which has seen nothing. */
export function cursorKey(origin: string, apiKey: string): string {
  return `${origin} ${createHash('sha256').update(apiKey).digest('hex').slice(0, 16)}`;
}

/** The cursor, undefined when there is none. A damaged file is no error: everything is sent again, and counts once. */
export async function readCursor(commonDir: string, key: string): Promise<Cursor | undefined> {
  const { servers } = await readState(commonDir);
  return Object.hasOwn(servers, key) ? servers[key] : undefined;
}

/** Stores a cursor beside those of other servers; the file is replaced in one step. */
export async function writeCursor(commonDir: string, key: string, cursor: Cursor): Promise<void> {
  const { servers } = await readState(commonDir);
  const path = stateFile(commonDir);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ version: 1, servers: { ...servers, [key]: cursor } }, null, 1)}\n`);
  await rename(temporary, path);
}

async function readState(commonDir: string): Promise<State> {
  const empty: State = { version: 1, servers: {} };
  try {
    return check(JSON.parse(await readFile(stateFile(commonDir), 'utf8'))).value ?? empty;
  } catch {
    return empty; // absent or damaged: the next sync repairs it
  }
}
