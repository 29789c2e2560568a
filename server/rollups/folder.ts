import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db.js';
import type { Logger } from '../log.js';
import { traced } from '../tracing/span.js';
import { foldOrg } from './fold.js';

/** Between two looks at what waits, in milliseconds. Who reads analytics does not wait for it. */
const PAUSE_MS = 1000;

export interface Folder {
  stop(): Promise<void>;
}

/**
 * Folds deltas as they come, beside the server's other work, and builds the rollups of orgs that have none. Each server process may
 * run one. A fault is logged and tried again: nothing is lost, the deltas wait in their table.
 */
export function startFolder(db: Database, log: Logger): Folder {
  const end = new AbortController();
  const run = async () => {
    do {
      try {
        for (const org of await findWaitingOrgs(db)) await traced('fold', {}, () => foldOrg(db, org, { wait: false }));
      } catch (err) {
        log.error({ err }, 'rollups could not be folded');
      }
    } while (await pause(PAUSE_MS, true, { signal: end.signal }).catch(() => false));
  };
  const running = run();
  return {
    async stop() {
      end.abort();
      await running;
    },
  };
}

/** The orgs whose deltas wait, or that have no rollups yet. */
async function findWaitingOrgs(db: Database): Promise<string[]> {
  const rows = await db.withSystem(
    (sql) => sql<{ org_id: string }[]>`
      select org_id from orgs o
      where exists (select from rollup_deltas d where d.org_id = o.org_id)
        or not exists (select from rollup_state s where s.org_id = o.org_id)
    `,
  );
  return rows.map(({ org_id }) => org_id);
}
