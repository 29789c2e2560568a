import type { CommitFact, Receipt } from '../../shared/api/receipts.js';
import type { Person } from '../../shared/person.js';
import { toName } from '../../shared/text.js';
import { timestampOfSeconds } from '../../shared/timestamp.js';
import { commitInfo } from '../git/commits.js';
import { isGitFailure } from '../git/errors.js';
import { Mailmap } from '../git/mailmap.js';
import type { Repository } from '../git/repository.js';
import { findTreeFile } from '../git/tree-file.js';

/** Names people as the default branch's `.mailmap` does, in all that is sent. */
export interface People {
  ofReceipt(receipt: Receipt): Promise<Receipt>;
  ofCommit(fact: CommitFact): Promise<CommitFact>;
  /**
   * When the tip that the `.mailmap` is of was committed: of two clones the later one's counts. Null when there is a
   * `.mailmap` that cannot be read here: then this clone has no say about who people are.
   */
  asOf: string | null;
  close(): Promise<void>;
}

/** The object of the `.mailmap` at a commit; undefined: there is none, or the commit's tree is not in this clone. */
export async function findMailmap(repository: Repository, tip: string | undefined): Promise<string | undefined> {
  if (tip === undefined) return undefined;
  try {
    return await findTreeFile(repository, tip, '.mailmap');
  } catch (error) {
    if (isGitFailure(error)) return undefined;
    throw error;
  }
}

/** `file` is the object of the tip's `.mailmap`; undefined: there is none, and everybody is who the recorder and git say. */
export async function openPeople(
  repository: Repository,
  tip: string | undefined,
  file: string | undefined,
): Promise<People> {
  const mailmap = file === undefined ? undefined : await Mailmap.open(repository, file);
  const isKnown = file === undefined || mailmap !== undefined;
  const map = async (person: Person): Promise<Person> => {
    const { name, email } = (await mailmap?.map(person)) ?? person;
    return { name: toName(name), email: toName(email, 320) };
  };
  return {
    async ofReceipt(receipt) {
      const recorded = { name: receipt.user_name ?? null, email: receipt.user_email ?? null };
      const { name, email } = await map(recorded);
      if (name === recorded.name && email === recorded.email) return receipt;
      return {
        ...receipt,
        user_name: name,
        user_email: email,
        recorded_user_name: recorded.name,
        recorded_user_email: recorded.email,
      };
    },
    async ofCommit(fact) {
      const { name, email } = await map({ name: fact.author_name ?? null, email: fact.author_email ?? null });
      return { ...fact, author_name: name, author_email: email };
    },
    asOf: tip !== undefined && isKnown ? await committedAt(repository, tip) : null,
    close: async () => mailmap?.close(),
  };
}

async function committedAt(repository: Repository, oid: string): Promise<string | null> {
  for await (const commit of commitInfo(repository, [oid]))
    if (!('missing' in commit)) return timestampOfSeconds(commit.committedAt) ?? null;
  return null;
}
