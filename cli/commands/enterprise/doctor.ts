import { request } from 'undici';
import { whoami } from '../../../shared/api/whoami.js';
import { BaseCommand, directoryFlag, serverFlag } from '../../base-command.js';
import type { Access } from '../../config/access.js';
import { projectFile, userFile } from '../../config/files.js';
import { loadSettings } from '../../config/settings.js';
import { Exit } from '../../errors.js';
import { openRepository, type Repository } from '../../git/repository.js';
import { gitVersion } from '../../git/version.js';
import { type HooksStatus, hooksStatus } from '../../hooks/status.js';
import { listCheckpointRefs } from '../../sync/checkpoints.js';
import { listNotesRefs } from '../../sync/notes-refs.js';
import { printable } from '../../terminal.js';

interface Check {
  name: string;
  state: 'ok' | 'warning' | 'failed';
  message: string;
}

export default class Doctor extends BaseCommand {
  static override summary = 'Check everything that a sync needs, and say what to do about what is missing';
  static override flags = { ...directoryFlag, ...serverFlag };

  async run(): Promise<{ ok: boolean; checks: Check[] }> {
    const { flags } = await this.parse(Doctor);
    const checks: Check[] = [];
    const look = async <T>(
      name: string,
      find: () => Promise<T>,
      describe: (found: T) => Check['message'] | Omit<Check, 'name'>,
    ): Promise<T | undefined> => {
      try {
        const found = await find();
        const told = describe(found);
        checks.push({ name, ...(typeof told === 'string' ? { state: 'ok' as const, message: told } : told) });
        return found;
      } catch (error) {
        checks.push({ name, state: 'failed', message: (error as Error).message });
        return undefined;
      }
    };

    await look(
      'node',
      async () => process.versions.node,
      (version) => `Node ${version}`,
    );
    await look('git', gitVersion, (version) => `git ${version}`);
    const repository = await look('repository', () => openRepository(flags.directory), describeRepository);
    if (repository) await look('notes', () => listNotesAndCheckpoints(repository), describeNotes);
    if (repository?.root) await look('hooks', () => hooksStatus(repository, process.env), describeHooks);
    const files = [userFile(process.env), ...(repository?.root === undefined ? [] : [projectFile(repository.root)])];
    const settings = await look(
      'configuration',
      () => loadSettings(repository?.root, flags, process.env),
      () => `read from ${files.join(' and ')}`,
    );
    const access = settings && (await look('key', () => this.access(settings), describeAccess));
    if (
      access &&
      (await look(
        'server',
        () => alive(access),
        () => `${access.url.origin} answers`,
      ))
    ) {
      await look(
        'sign-in',
        () => this.withServer(access, (client) => client.call(whoami)),
        ({ org, key }) =>
          key.scopes.some((scope) => scope === '*' || scope === 'receipts:write')
            ? `org ${org.slug}, key ${key.name}, scopes ${key.scopes.join(', ')}`
            : {
                state: 'warning',
                message: `the key ${key.name} cannot send receipts: it lacks the scope receipts:write`,
              },
      );
    }
    const ok = checks.every(({ state }) => state !== 'failed');
    for (const { name, state, message } of checks)
      this.print(`${SIGNS[state]} ${name.padEnd(14)}${printable(message)}`);
    if (!ok) process.exitCode = Exit.failed;
    return { ok, checks };
  }
}

const SIGNS = { ok: '✓', warning: '!', failed: '✗' };

function describeRepository({ name, isShallow, isPartial }: Repository): Omit<Check, 'name'> {
  if (isShallow)
    return {
      state: 'warning',
      message: `${name} is a shallow clone: older commits are not counted. git fetch --unshallow`,
    };
  if (isPartial)
    return {
      state: 'warning',
      message: `${name} is a partial clone: notes and files that were not fetched are skipped`,
    };
  return { state: 'ok', message: name };
}

async function listNotesAndCheckpoints(repository: Repository): Promise<{ name: string }[]> {
  return [...(await listNotesRefs(repository)), ...(await listCheckpointRefs(repository))];
}

function describeNotes(refs: { name: string }[]): Omit<Check, 'name'> {
  return refs.length === 0
    ? {
        state: 'warning',
        message:
          'no notes that we read are in this clone; git does not fetch them by itself: git fetch origin refs/notes/<name>:refs/notes/<name>',
      }
    : { state: 'ok', message: refs.map(({ name }) => name).join(', ') };
}

/** Nobody needs hooks to sync; what is there only in part does half of what people think. */
function describeHooks({ hooks, installed, policies }: HooksStatus): string | Omit<Check, 'name'> {
  const again = 'Run: blameprompt enterprise hooks install';
  if (hooks.every(({ state }) => state === 'absent'))
    return `not installed. To check and sync with each commit: ${again}`;
  const faulty = hooks.filter(({ state }) => state !== 'installed').map(({ hook, state }) => `${hook} (${state})`);
  if (!installed) return { state: 'warning', message: `not in order: ${faulty.join(', ')}. ${again}` };
  if (policies === null) return 'installed; there are no policies to check';
  if ('reason' in policies) return { state: 'warning', message: `the policies cannot be used: ${policies.reason}` };
  const count = `${policies.count} policies of org ${policies.org}`;
  return policies.expired
    ? { state: 'warning', message: `${count} have expired. Run: blameprompt enterprise check` }
    : `installed, ${count}`;
}

function describeAccess({ url, keyFrom }: Access): Omit<Check, 'name'> {
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'http:' && !local
    ? { state: 'warning', message: `the key goes to ${url.origin} without encryption; use https` }
    : { state: 'ok', message: `${url.origin}, key from ${keyFrom}` };
}

async function alive({ url }: Access): Promise<true> {
  const { statusCode, body } = await request(new URL(`${url.pathname.replace(/\/$/, '')}/livez`, url), {
    headersTimeout: 10_000,
  }).catch((cause) => {
    throw new Error(`cannot reach ${url.origin} (${cause.code ?? cause.message})`, { cause });
  });
  await body.dump();
  if (statusCode !== 200)
    throw new Error(`${url.origin} answers with status ${statusCode}: is it a BlamePrompt server?`);
  return true;
}
