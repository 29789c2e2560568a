import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Access, resolveAccess } from '../../config/access.js';
import { loadSettings, type Settings } from '../../config/settings.js';
import type { CliError } from '../../errors.js';
import { openRepository, type Repository } from '../../git/repository.js';
import { refreshBundle } from '../../policy/refresh-bundle.js';
import { listNotesRefs } from '../../sync/notes-refs.js';
import { withLock } from './lock.js';
import { logLine } from './log.js';
import { clearProblem, reportProblem } from './problem.js';
import { trimRewritten } from './rewritten.js';
import { runSync } from './run-sync.js';
import { type Entry, gitsEnded, isWaiting, takeWaiting } from './waiting.js';

/** A recorder's own daemon may write its notes after git has ended. Looked for after these many milliseconds. */
const LATE_NOTES_MS = [1000, 2000, 4000, 8000];

/** Nobody is logged in here, or to another server than the project names: that is no fault. */
const NOT_LOGGED_IN = new Set(['no_server', 'no_key', 'untrusted_server', 'untrusted_variable']);

/** A key that may only send receipts, a server that signs nothing, one without policies: no fault of this clone, either. */
const NO_POLICIES = new Set(['missing_scope', 'no_signing_key', 'not_found']);

/**
 * What hooks do after commits, merges and rewrites: sync, then fetch the policies for the next check. Nobody waits for it and
 * nobody sees it. One process at a time; what is asked for meanwhile it does next.
 */
export async function background(state: string): Promise<number> {
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => {}); // the terminal may close
  // Looked at again after the lock is gone: a hook that saw it has left its line to us.
  while (await isWaiting(state)) {
    const isOurs = await withLock(state, async () => {
      for (let entries = await takeWaiting(state); entries.length > 0; entries = await takeWaiting(state)) {
        await serve(state, entries);
      }
    });
    if (!isOurs) break;
  }
  return 0;
}

async function serve(state: string, entries: Entry[]): Promise<void> {
  await gitsEnded(entries);
  await trimRewritten(state);
  try {
    const repository = await openAround(state, entries.at(-1)!.root);
    const settings = await loadSettings(repository.root, {}, process.env);
    if (!settings.enabled) return;
    const access = await resolveAccess(settings, process.env);
    const before = await notesOf(repository);
    const sent = await syncAndRefresh(state, repository, settings, access);
    if (sent === 0 && (await notesCome(state, repository, before))) {
      await syncAndRefresh(state, repository, settings, access);
    }
  } catch (error) {
    const { code, message } = error as CliError;
    if (NOT_LOGGED_IN.has(code)) await logLine(state, `nothing sent: ${message}`);
    else await reportProblem(state, `sync ${code}`, `the background sync failed: ${message}`);
  }
}

/** The repository whose hook asked. `git --git-dir=… --work-tree=…` has a work tree that does not know of it, or lies in another's. */
async function openAround(state: string, root: string): Promise<Repository> {
  const commonDir = await realpath(dirname(state));
  const found = await openRepository(root).catch(() => undefined);
  return found && (await realpath(found.commonDir)) === commonDir ? found : openRepository(commonDir);
}

/** Answers how many receipts were sent; undefined when none could be, and then the server need not be asked for policies, either. */
async function syncAndRefresh(state: string, repository: Repository, settings: Settings, access: Access) {
  let sent: number | undefined;
  if (settings.syncOnCommit) {
    const outcome = await runSync(repository);
    if (!outcome.ok) {
      await reportProblem(state, `sync ${outcome.code}`, `the background sync failed: ${outcome.text}`);
      return undefined;
    }
    await clearProblem(state, 'sync');
    await logLine(state, outcome.text);
    sent = outcome.sent;
  }
  if (settings.enforcePolicies) await refresh(state, repository, settings, access);
  return sent;
}

/** Waits a little for notes that are attached late; not when the next commit asks already. */
async function notesCome(state: string, repository: Repository, before: string): Promise<boolean> {
  for (const pause of LATE_NOTES_MS) {
    await setTimeout(pause);
    if (await isWaiting(state)) return false;
    if ((await notesOf(repository)) !== before) return true;
  }
  return false;
}

async function notesOf(repository: Repository): Promise<string> {
  return (await listNotesRefs(repository)).map(({ name, oid }) => `${name} ${oid}`).join('\n');
}

async function refresh(state: string, repository: Repository, settings: Settings, access: Access): Promise<void> {
  const { createApiClient } = await import('../../api-client.js');
  const client = createApiClient(access, { retries: 1, timeout: 30_000 });
  try {
    const bundle = await refreshBundle(client, repository, settings, access, process.env);
    await logLine(state, bundle ? `${bundle.policies.length} policies, good until ${bundle.not_after}` : 'no policies');
    await clearProblem(state, 'policies');
  } catch (error) {
    const { code, message } = error as CliError;
    if (NO_POLICIES.has(code)) await logLine(state, `no policies: ${message}`);
    else await reportProblem(state, `policies ${code}`, `the policies cannot be fetched: ${message}`);
  } finally {
    await client.close();
  }
}
