import { type Person, parsePerson } from '../../shared/person.js';
import { exitError, type GitProcess, startGit } from './process.js';
import { BlockReader } from './records.js';
import type { Repository } from './repository.js';
import { readObject } from './tree-file.js';

/** Linux' has 50 kB. Git takes the square of the number of entries, so that a giant would never end. */
const MAX_SIZE = 1024 * 1024;

/** What would end a contact before its end, or git, which dies of a contact that it cannot read. */
const NOT_IN_NAME = /[<>\p{Cc}]/gu;
const NOT_IN_EMAIL = /[<>\p{Cc}]/u;

const CHECK = ['check-mailmap', '--stdin'];

/**
 * Who people are by a `.mailmap`, as `git check-mailmap` says. The file is one of a commit and not the work tree's, so
 * that every clone answers alike. One process answers one question after the other: do not ask before it has answered.
 */
export class Mailmap {
  readonly #git: GitProcess;
  readonly #answers: BlockReader;
  readonly #known = new Map<string, string>();

  private constructor(git: GitProcess) {
    this.#git = git;
    this.#answers = new BlockReader(git.stdout);
  }

  /** Undefined when the file is not in this clone, or too large. Close what you open. */
  static async open(repo: Repository, oid: string): Promise<Mailmap | undefined> {
    const file = await readObject(repo, oid);
    if ('missing' in file || file.body.length > MAX_SIZE) return undefined;
    return new Mailmap(startGit(repo, ['-c', `mailmap.blob=${oid}`, '-c', 'mailmap.file=/dev/null', ...CHECK]));
  }

  /** The same person by another name or address, with the address in lower case. Without an address nobody is listed. */
  async map(person: Person): Promise<Person> {
    const { name, email } = person;
    if (!email || NOT_IN_EMAIL.test(email)) return person;
    const contact = `${name?.replace(NOT_IN_NAME, ' ').trim() ?? ''} <${email}>`.trim();
    const answer = this.#known.get(contact) ?? (await this.#ask(contact));
    this.#known.set(contact, answer);
    if (answer === contact) return person;
    const mapped = parsePerson(answer);
    return { name: mapped.name ?? name, email: mapped.email ?? email };
  }

  async #ask(contact: string): Promise<string> {
    await this.#git.write(`${contact}\n`);
    const line = await this.#answers.line();
    if (line === undefined) throw exitError(CHECK, await this.#git.exit);
    return Buffer.from(line, 'latin1').toString('utf8');
  }

  close(): Promise<void> {
    return this.#git.stop();
  }
}
