import { setTimeout as pause } from 'node:timers/promises';
import {
  kinds as allKinds,
  recurring as allRecurring,
  type JobKind,
  type JobServices,
  type Recurring,
} from './kinds.js';
import { findDueOrgs, leaseJob, startRecurringOfAll } from './leases.js';
import { runJob } from './run-job.js';

/** Between two looks at what is due, and at which orgs lack a job that recurs, in milliseconds. */
const LOOK_MS = 1000;
const RECURRING_MS = 60_000;
/** Jobs get this long to notice that the server stops; those that do not are taken over when their lease ends. */
const STOP_MS = 10_000;

export interface RunnerOptions {
  /** Jobs that this process runs at a time. */
  slots?: number;
  kinds?: readonly JobKind[];
  recurring?: readonly Recurring[];
}

export interface Runner {
  /** Takes no more jobs; tells those that run to end, and hands back what they did not finish. */
  stop(): Promise<void>;
}

/** Runs jobs as they come, beside the server's other work. Each server process may run one. */
export function startRunner(services: JobServices, options: RunnerOptions = {}): Runner {
  const end = new AbortController();
  const nap = createNap();
  const work = createWork(services, options, end.signal, nap.wake);
  const loop = async () => {
    let lookAgain = 0;
    while (!end.signal.aborted) {
      try {
        if (performance.now() >= lookAgain) {
          await work.startRecurring();
          lookAgain = performance.now() + RECURRING_MS;
        }
        if ((await work.takeRound()) > 0) continue;
      } catch (err) {
        services.log.error({ err }, 'jobs could not be taken');
      }
      if (!end.signal.aborted) await nap.take(LOOK_MS);
    }
  };
  const looping = loop();
  return {
    async stop() {
      end.abort();
      nap.wake();
      await looping;
      await Promise.race([work.allEnded(), pause(STOP_MS, undefined, { ref: false })]);
    },
  };
}

/** A pause that something can end early. */
function createNap() {
  let wake = () => {};
  return {
    wake: () => wake(),
    take: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

/** Runs all jobs that are due, one after the other, and what they queue; answers how many. For tests and commands. */
export async function runDueJobs(services: JobServices, options: RunnerOptions = {}): Promise<number> {
  const work = createWork(services, { ...options, slots: 1 }, new AbortController().signal, () => {});
  await work.startRecurring();
  for (let total = 0; ; total++) {
    if ((await work.takeRound()) === 0) return total;
    await work.allEnded();
  }
}

/** The jobs of one process. */
function createWork(
  services: JobServices,
  { slots = 4, kinds = allKinds, recurring = allRecurring }: RunnerOptions,
  stopping: AbortSignal,
  onEnd: () => void,
) {
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  const running = new Map<Promise<void>, string>();
  // One org may fill half of the slots: the other half is there for whoever comes next.
  const slotsPerOrg = Math.ceil(slots / 2);
  /** In which round an org got a slot last. */
  let served = new Map<string, number>();
  let rounds = 0;

  /** Takes one job of each org that has one, those first whose last one was longest ago, until no slot is free. */
  async function takeRound(): Promise<number> {
    if (running.size >= slots) return 0;
    const due = await findDueOrgs(services.db, [...byName.keys()]);
    served = new Map([...served].filter(([org]) => due.includes(org)));
    due.sort((a, b) => (served.get(a) ?? 0) - (served.get(b) ?? 0));
    rounds++;
    let taken = 0;
    for (const org of due) {
      if (running.size >= slots || stopping.aborted) break;
      if ([...running.values()].filter((other) => other === org).length >= slotsPerOrg) continue;
      if (!(await take(org))) continue;
      served.set(org, rounds);
      taken++;
    }
    return taken;
  }

  async function take(org: string): Promise<boolean> {
    const job = await leaseJob(services.db, org, kinds);
    if (!job) return false;
    const again = recurring.find(({ kind }) => kind === job.kind);
    const run = runJob(job, byName.get(job.kind)!, again, services, stopping).finally(() => {
      running.delete(run);
      onEnd();
    });
    running.set(run, org);
    return true;
  }

  return {
    takeRound,
    startRecurring: () => startRecurringOfAll(services.db, recurring),
    allEnded: () => Promise.all(running.keys()),
  };
}
