import Type, { type Static } from '../schema.js';
import { endpoint, Nullable, Timestamp, Uuid } from './types.js';

/** Background work, as whoever queued it sees it. */
export const JobState = Type.Object({
  id: Uuid,
  kind: Type.String(),
  status: Type.Enum(['waiting', 'running', 'done', 'failed'], {
    description: 'a failed attempt waits again, until the last',
  }),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  attempts: Type.Integer({ minimum: 0 }),
  error: Nullable(Type.String({ description: 'of the last attempt' })),
  result: Nullable(Type.Object({})),
  created_at: Timestamp,
  finished_at: Nullable(Timestamp),
});
export type JobState = Omit<Static<typeof JobState>, 'result'> & { result: object | null };

export const getJob = endpoint({
  id: 'getJob',
  method: 'get',
  path: '/api/v1/jobs/:id',
  summary: 'State of background work, for the key that asked for it; until some days after its end',
  scope: null,
  reply: JobState,
});
