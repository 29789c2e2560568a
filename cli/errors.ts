/** Exit codes that scripts rely on (design.md). */
export const Exit = { ok: 0, failed: 1, usage: 2, warned: 3, unreachable: 4 } as const;

/** A fault that ends a command with a message for the user. The message says what to do next. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: number;
  constructor(code: string, message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
    this.exitCode = options.exitCode ?? Exit.usage;
  }
}
