import { addNote } from '../git/add-note.js';
import { listNotes } from '../git/notes.js';
import { readObjects } from '../git/objects.js';
import { listRefs } from '../git/refs.js';
import type { Repository } from '../git/repository.js';

/** Where checkpoints are kept: notes in a repository of the customer's own, out of the server's reach. */
const REF = 'refs/notes/blameprompt-audit';

/** Attaches a checkpoint to the commit that is checked out; pushing the ref is the user's business. */
export async function anchor(repository: Repository, checkpoint: string): Promise<string> {
  await addNote(repository, REF, 'HEAD', checkpoint);
  return REF;
}

/** Every checkpoint that was anchored here, also those that later ones stand behind in the same note. */
export async function readAnchors(repository: Repository): Promise<{ name: string; text: string }[]> {
  const [ref] = await listRefs(repository, [REF]);
  if (!ref) return [];
  const commits = new Map<string, string>();
  for await (const entry of listNotes(repository, ref.oid)) if ('blob' in entry) commits.set(entry.blob, entry.commit);
  const anchors: { name: string; text: string }[] = [];
  for await (const object of readObjects(repository, [...commits.keys()])) {
    if ('missing' in object) continue;
    for (const text of splitCheckpoints(object.body.toString('utf8')))
      anchors.push({ name: `the checkpoint at commit ${commits.get(object.oid)!.slice(0, 12)}`, text });
  }
  return anchors;
}

/** A checkpoint is a paragraph and a paragraph of signatures; git puts an empty line between notes that it joins. */
function splitCheckpoints(text: string): string[] {
  const paragraphs = text.split(/\n\n+/).map((paragraph) => paragraph.trim());
  return paragraphs.flatMap((paragraph, n) =>
    paragraph.startsWith('— ') ? [`${paragraphs[n - 1] ?? ''}\n\n${paragraph}\n`] : [],
  );
}
