import { isUuid } from '../../shared/slug.js';
import { invalidBody, invalidQuery } from '../errors.js';

/** Where a page ends: the time and the id of its last item. */
export interface Position {
  /** UTC with microseconds. */
  timestamp: string;
  id: string;
}

export function encodeCursor({ timestamp, id }: Position): string {
  return Buffer.from(`${timestamp} ${id}`).toString('base64url');
}

/** Throws a 400 (in a body 422) problem for text that `encodeCursor` did not write. */
export function decodeCursor(cursor: string, from: 'query' | 'body' = 'query'): Position {
  const [timestamp, id] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (
    !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(timestamp ?? '') ||
    !isUuid(id ?? '') ||
    Number.isNaN(Date.parse(timestamp!))
  ) {
    const faults = [{ in: from, pointer: '/cursor', message: 'is not a next_cursor of this server' }];
    throw from === 'query' ? invalidQuery(faults) : invalidBody(faults);
  }
  return { timestamp: timestamp!, id: id! };
}
