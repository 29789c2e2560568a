import { invalidQuery } from '../errors.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** The place of a row in a list that is ordered by time, then id. */
export interface Position {
  /** RFC 3339 in UTC with microseconds. */
  timestamp: string;
  id: string;
}

export function encodeCursor({ timestamp, id }: Position): string {
  return Buffer.from(`${timestamp} ${id}`).toString('base64url');
}

/** Throws a problem for what no server of ours wrote. */
export function decodeCursor(cursor: string): Position {
  const [timestamp = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!INSTANT.test(timestamp) || !UUID.test(id) || Number.isNaN(Date.parse(timestamp)))
    throw invalidQuery([{ in: 'query', pointer: '/cursor', message: 'is not a next_cursor of this server' }]);
  return { timestamp, id };
}
