import type { Pseudonyms } from './pseudonyms.js';
import { scrub } from './scrub.js';

/**
 * What arrives, as it is stored when its people may have been erased: clones keep the names and send them again. Call it after the
 * content hash was taken: it stays that of what was sent, so that the same content is recognised. `pseudonyms` undefined: the
 * org has erased nobody.
 */
export const pseudonymous = <T>(arriving: T, pseudonyms: Pseudonyms | undefined): T =>
  pseudonyms ? scrub(arriving, pseudonyms) : arriving;
