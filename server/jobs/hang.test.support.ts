import { pino } from 'pino';
import { readConfig } from '../config.js';
import { connect } from '../db.js';
import type { JobKind } from './kinds.js';
import { startRunner } from './runner.js';

/** A process of its own that takes a job and never ends it, until it is killed. */
const hanging: JobKind = {
  kind: 'hang',
  maxAttempts: 3,
  leaseSeconds: 3600,
  run: async () => {
    process.stdout.write('took it\n');
    await new Promise(() => {});
  },
};
startRunner(
  {
    db: connect({ url: process.env.DATABASE_URL! }),
    log: pino({ level: 'silent' }),
    config: readConfig({}),
    signingKey: undefined,
  },
  { kinds: [hanging], recurring: [] },
);
