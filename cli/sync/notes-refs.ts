import { createHash } from 'node:crypto';
import { listRefs, type Ref } from '../git/refs.js';
import type { Repository } from '../git/repository.js';

/** Names below refs/notes/ that recorders use. What a note is, its content says; other refs are not ours to read. */
export const NOTES_NAMES = [
  'blameprompt',
  'ai',
  'ai-attribution',
  'whogitit',
  'ai-blame',
  'agentblame',
  'agentnote',
  'agent-trace',
  'srctrace/attribution',
  'prompt-story',
  'commits',
  'claude-conversations',
];

/** Where `--fetch` puts the remote's notes: beside the user's own, which it never touches. */
export const PRIVATE_NOTES = 'refs/blameprompt/notes/';

/** git-ai's first version had no notes: one ref for each commit, `refs/ai/authorship/<commit>`, points at the text. */
const FIRST_GIT_AI = 'refs/ai/authorship';

/** A place where notes are. */
export interface NotesRef {
  name: string;
  /** Changes whenever its notes do: the tip, or a digest where every note has a ref of its own. */
  oid: string;
  /** The notes themselves, where they are in no tree. */
  notes?: { commit: string; blob: string }[];
}

/** Where this clone has notes that we read: the user's own refs, then what was fetched. */
export async function listNotesRefs(repository: Repository): Promise<NotesRef[]> {
  const names = NOTES_NAMES.flatMap((name) => [`refs/notes/${name}`, PRIVATE_NOTES + name]);
  const refs = withPushed(await listRefs(repository, [...names, `${FIRST_GIT_AI}/`]), names, process.env);
  const trees = refs.filter(({ name }) => !name.startsWith(FIRST_GIT_AI));
  const single = refs.filter(({ name, type }) => name.startsWith(FIRST_GIT_AI) && type === 'blob');
  const notes = single.map(({ name, oid }) => ({ commit: name.slice(FIRST_GIT_AI.length + 1), blob: oid }));
  const isFetched = ({ name }: NotesRef) => Number(name.startsWith(PRIVATE_NOTES));
  return [
    ...trees.sort((a, b) => isFetched(a) - isFetched(b)),
    ...(notes.length === 0 ? [] : [{ name: FIRST_GIT_AI, oid: digest(notes), notes }]),
  ];
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
