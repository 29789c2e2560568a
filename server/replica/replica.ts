import type { Config } from '../config.js';
import { connect, type Database } from '../db.js';
import { isAway, ProblemError } from '../errors.js';
import type { Logger } from '../log.js';
import { type WatchOptions, watchReplica } from './watch.js';

type Settings = Pick<Config, 'databaseUrlReplica' | 'replicaMaxLag' | 'poolSize'>;

/**
 * The database with `db.replica` on the standby of DATABASE_URL_REPLICA; as it was where there is none. The replica is never needed:
 * while it is away, behind or no replica at all, the primary answers.
 */
export function withReplica(
  primary: Database,
  { databaseUrlReplica: url, replicaMaxLag, poolSize }: Settings,
  log: Pick<Logger, 'info' | 'warn'>,
  timing: Pick<WatchOptions, 'everyMs' | 'patienceMs'> = {},
): Database {
  if (url === undefined) return primary;
  const replica = connect({ url, poolSize, name: 'blameprompt-server replica' });
  /** Of each read that runs there: what gives it up. */
  const running = new Set<(err: Error) => void>();
  const watch = watchReplica(primary, replica, {
    ...timing,
    maxLagMs: replicaMaxLag * 1000,
    onSilence(err) {
      for (const giveUp of running) giveUp(err);
    },
    log,
  });
  const reads: Record<string, number> = {};
  const count = (answered: string) => {
    reads[answered] = (reads[answered] ?? 0) + 1;
  };

  /** TCP may take a quarter of an hour to tell that a machine has gone from the network. */
  function unlessSilent<T>(there: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      running.add(reject);
      there()
        .then(resolve, reject)
        .finally(() => running.delete(reject));
    });
  }

  async function read<T>(there: () => Promise<T>, here: () => Promise<T>, mayRepeat = () => true): Promise<T> {
    const state = watch.state();
    if (state === 'ready') {
      try {
        const value = await unlessSilent(there);
        count('replica');
        return value;
      } catch (err) {
        const reason = reasonToRepeat(err);
        if (reason === undefined || !mayRepeat()) throw err;
        count(reason);
        if (reason !== 'not_found') log.warn({ err, reason }, 'a read failed on the replica: the primary is asked');
        if (reason === 'unreachable') watch.doubt();
      }
    } else count(state);
    return here();
  }

  return {
    ...primary,
    replica: {
      withTenant: (orgId, work) =>
        read(
          () => replica.replica.withTenant(orgId, work),
          () => primary.replica.withTenant(orgId, work),
        ),
      withSnapshot: (orgId, work, mayRepeat) =>
        read(
          () => replica.withSnapshot(orgId, work),
          () => primary.withSnapshot(orgId, work),
          mayRepeat,
        ),
      status() {
        const { running, waiting } = replica.load();
        return { state: watch.state(), lagSeconds: watch.lagSeconds(), running, waiting, reads };
      },
    },
    async close(seconds) {
      await watch.stop();
      await Promise.all([replica.close(seconds), primary.close(seconds)]);
    },
  };
}

/** Faults that the primary may not have. What was not found may have come a moment ago: whoever just sent it must not hear "no". */
function reasonToRepeat(err: unknown): 'not_found' | 'conflict' | 'unreachable' | undefined {
  if (err instanceof ProblemError) return err.status === 404 ? 'not_found' : undefined;
  if (!isAway(err)) return undefined;
  return (err as { code: string }).code.startsWith('40') ? 'conflict' : 'unreachable';
}
