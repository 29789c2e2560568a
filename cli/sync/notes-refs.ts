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

/** The notes refs of a clone that we read: the user's own, then what was fetched. */
export async function listNotesRefs(repository: Repository): Promise<Ref[]> {
  const names = NOTES_NAMES.flatMap((name) => [`refs/notes/${name}`, PRIVATE_NOTES + name]);
  const refs = await listRefs(repository, names);
  return refs.sort((a, b) => Number(a.name.startsWith(PRIVATE_NOTES)) - Number(b.name.startsWith(PRIVATE_NOTES)));
}
