import { type Exit, exitError, readGit, startGit } from './process.js';
import { Questions } from './questions.js';
import { BlockReader, LF, records } from './records.js';
import type { Repository } from './repository.js';

/** No note and no commit is larger; a blob that is, is somebody's video. */
export const MAX_OBJECT_SIZE = 64 * 1024 * 1024;

export interface FoundObject {
  oid: string;
  type: string;
  body: Buffer;
}

export interface MissingObject {
  oid: string;
  missing: 'absent' | 'damaged' | 'too large';
  reason: string;
}

const BATCH = ['cat-file', '--batch', '--buffer'];

/**
 * Reads any number of objects with one process, one object in memory. The names must be complete, and must not wait for
 * answers: git answers in blocks. Answers come in the order of the names.
 *
 * A damaged object ends git; it is reported and a new process goes on after it. In a partial clone the absent objects
 * come first, because git (before 2.45) would try to fetch them and die of not being allowed to.
 */
export async function* readObjects(
  repo: Repository,
  oids: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<FoundObject | MissingObject> {
  let wanted = oids;
  if (repo.isPartial) {
    const asked = await collect(oids);
    const present = await presentObjects(repo, new Set(asked));
    for (const oid of asked) if (!present.has(oid)) yield absent(oid);
    wanted = asked.filter((oid) => present.has(oid));
  }
  const questions = new Questions(wanted, (oid) => `${oid}\n`);
  try {
    do yield* readUntilDeath(repo, questions);
    while (!questions.done);
  } finally {
    await questions.close();
  }
}

/** Which of the objects are in this clone. Looks at every object there is, so it never asks a remote. */
export async function presentObjects(repo: Repository, wanted: ReadonlySet<string>): Promise<Set<string>> {
  const present = new Set<string>();
  if (wanted.size === 0) return present;
  const args = ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)', '--unordered'];
  for await (const batch of records(readGit(repo, args), LF)) {
    for (const line of batch) {
      const oid = line.toString('latin1');
      if (wanted.has(oid)) present.add(oid);
    }
  }
  return present;
}

async function* readUntilDeath(
  repo: Repository,
  questions: Questions<string>,
): AsyncGenerator<FoundObject | MissingObject> {
  const git = startGit(repo, BATCH);
  const asking = questions.ask(git);
  try {
    const reader = new BlockReader(git.stdout);
    const next = () => readAnswer(reader, () => questions.first);
    let answer = await next();
    for (; typeof answer === 'object'; answer = await next()) yield { oid: questions.answered(), ...answer };
    if (answer === 'too long') await git.stop();
    await asking;
    questions.reopen();
    const exit = await git.exit;
    if (exit.code !== 0 || !questions.done) yield diedOver(answer, exit, questions.giveUp());
  } finally {
    await git.stop();
  }
}

type Answer = Omit<FoundObject, 'oid'> | Omit<MissingObject, 'oid'>;

/**
 *     0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1 blob 1234\n<1234 bytes>\n
 *     5c1b0e4f6a7d8e9fa0b1c2d3e4f5a6b7c8d9e0f1 missing\n
 *
 * A damaged object of more than 64 KiB ends too early, or is longer than it should be: git sends it on while it unpacks.
 */
async function readAnswer(
  reader: BlockReader,
  question: () => string | undefined,
): Promise<Answer | 'too long' | 'too short'> {
  const header = await reader.line();
  if (header === undefined) return 'too short';
  if (!header.startsWith(`${question()} `)) return 'too long';
  const [, type = '', length] = header.split(' ');
  if (length === undefined) return { missing: 'absent', reason: ABSENT };
  const size = Number(length);
  const body = size > MAX_OBJECT_SIZE ? await reader.skip(size) : await reader.block(size);
  const end = body && (await reader.block(1));
  if (!end) return 'too short';
  if (end[0] !== LF) return 'too long';
  if (typeof body === 'object') return { type, body };
  return { missing: 'too large', reason: `${size} bytes is more than ${MAX_OBJECT_SIZE}` };
}

/**
 *     error: inflate: data stream error (incorrect data check)
 *     fatal: loose object 0d9ce9e0… (stored in objects/0d/9ce9e0…) is corrupt
 *
 * Git names the object it died over. If it names none, something else is wrong, and asking again would never end.
 */
function diedOver(answer: 'too long' | 'too short', exit: Exit, oid: string | undefined): MissingObject {
  if (oid !== undefined && answer === 'too long')
    return { oid, missing: 'damaged', reason: 'longer than it should be' };
  if (oid === undefined || !exit.stderr.includes(oid)) throw exitError(BATCH, exit);
  return { oid, missing: 'damaged', reason: exit.stderr.trim().split('\n').at(-1) ?? 'damaged' };
}

const ABSENT = 'not in this clone';

function absent(oid: string): MissingObject {
  return { oid, missing: 'absent', reason: ABSENT };
}

async function collect(oids: AsyncIterable<string> | Iterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const oid of oids) all.push(oid);
  return all;
}
