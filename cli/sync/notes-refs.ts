import { createHash } from 'node:crypto';
import { listRefs, type Ref } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import { isRead, type Only, sources } from '../sources/index.js';

const NOTES = 'refs/notes/';

/** Where `--fetch` puts the remote's notes: beside the user's own, which it never touches. */
const PRIVATE_NOTES = 'refs/blameprompt/notes/';

/** A place where notes are. */
export interface NotesRef {
  name: string;
  /** Changes whenever its notes do: the tip, or a digest where every note has a ref of its own. */
  oid: string;
  /** The notes themselves, where they are in no tree. */
  notes?: { commit: string; blob: string }[];
}

/** The refs below `refs/notes/` that recorders use. What a note is, its content says; other refs are not ours to read. */
export function knownNotesRefs(only: Only): string[] {
  return knownPlaces(only).filter((place) => place.startsWith(NOTES));
}

/** Where this clone has notes that we read: the user's own refs, then what was fetched. */
export async function listNotesRefs(repository: Repository, only?: Only): Promise<NotesRef[]> {
  const own = knownNotesRefs(only);
  const prefixes = knownPlaces(only).filter((place) => place.endsWith('/'));
  const names = [...own, ...own.map(privateRef)];
  const refs = withPushed(await listRefs(repository, [...names, ...prefixes]), names, process.env);
  const isSingle = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
  const isFetched = ({ name }: NotesRef) => Number(name.startsWith(PRIVATE_NOTES));
  const single = prefixes.map((prefix) => {
    const blobs = refs.filter(({ name, type }) => name.startsWith(prefix) && type === 'blob');
    const notes = blobs.map(({ name, oid }) => ({ commit: name.slice(prefix.length), blob: oid }));
    return { name: prefix.slice(0, -1), oid: digest(notes), notes };
  });
  return [
    ...refs.filter(({ name }) => !isSingle(name)).sort((a, b) => isFetched(a) - isFetched(b)),
    ...single.filter(({ notes }) => notes.length > 0),
  ];
}

/** Where `--fetch` puts one of them. */
export const privateRef = (ref: string) => PRIVATE_NOTES + ref.slice(NOTES.length);

function knownPlaces(only: Only): string[] {
  return [...new Set(sources.filter((source) => isRead(source, only)).flatMap(({ places }) => places))];
}

/**
 * While a push is being received (hooks/pre-receive) its objects are there and its refs are not. The environment tells where
 * those will point: `refs/notes/ai=<oid> …`.
 */
function withPushed(refs: Ref[], names: readonly string[], env: NodeJS.ProcessEnv): Ref[] {
  const pushed = (env.BLAMEPROMPT_PUSHED_NOTES ?? '').split(' ').flatMap((entry) => {
    const [name = '', oid = ''] = entry.split('=');
    return names.includes(name) && /^[0-9a-f]{40,64}$/.test(oid) ? [{ name, oid, type: 'commit' }] : [];
  });
  const isPushed = new Set(pushed.map(({ name }) => name));
  return [...refs.filter(({ name }) => !isPushed.has(name)), ...pushed.filter(({ oid }) => !/^0+$/.test(oid))];
}

function digest(notes: object[]): string {
  return createHash('sha256').update(JSON.stringify(notes)).digest('hex');
}
