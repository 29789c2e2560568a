import { entire } from '../sources/entire.js';
import { isRead, type Only } from '../sources/index.js';
import { FETCHED_CHECKPOINTS } from './checkpoints.js';
import { knownNotesRefs, privateRef } from './notes-refs.js';

/** The refs of a remote that recorders use, and where `--fetch` puts them: beside the user's own, which it never touches. */
export function privateRefs(only: Only): Map<string, string> {
  const notes = knownNotesRefs(only).map((ref) => [ref, privateRef(ref)] as const);
  return new Map([...notes, ...(isRead(entire, only) ? FETCHED_CHECKPOINTS : [])]);
}
