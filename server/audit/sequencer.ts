import { setTimeout as pause } from 'node:timers/promises';
import type { CheckpointKey } from '../../shared/audit/checkpoint.js';
import type { Database } from '../db.js';
import type { Logger } from '../log.js';
import { findWaitingOrgs, sequenceOrg } from './sequence.js';

/** Between two looks at what waits, in milliseconds. Until then the newest events have no number and no signature. */
const PAUSE_MS = 1000;

export interface Sequencer {
  /** Numbers what is waiting now, and ends. */
  stop(): Promise<void>;
}

/** Numbers events as they come, beside the server's other work. Each server process may run one. */
export function startSequencer(db: Database, key: CheckpointKey, log: Logger): Sequencer {
  const end = new AbortController();
  const run = async () => {
    do await sequenceAll(db, key, log);
    while (await slept(end.signal));
    await sequenceAll(db, key, log);
  };
  const running = run();
  return {
    async stop() {
      end.abort();
      await running;
    },
  };
}

/** A fault is logged and tried again with the next look: nothing is lost, the events wait in their table. */
async function sequenceAll(db: Database, key: CheckpointKey, log: Logger): Promise<void> {
  try {
    for (const org of await findWaitingOrgs(db)) await sequenceOrg(db, org, key);
  } catch (err) {
    log.error({ err }, 'audit events could not be numbered');
  }
}

/** False when the pause was cut short. */
function slept(signal: AbortSignal): Promise<boolean> {
  return pause(PAUSE_MS, true, { signal }).catch(() => false);
}
