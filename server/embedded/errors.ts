import { ServerError } from '../errors.js';

/** The embedded PostgreSQL cannot be used. The message names the way out, `code` is for programs. */
export class EmbeddedError extends ServerError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'EmbeddedError';
  }
}

/** `ENOENT`, `EEXIST`, … of a failed system call; undefined for anything else. */
export const errnoOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;
