/** Something wrong at one place of a policy. */
export interface PolicyFault {
  /** JSON Pointer into the policy (RFC 6901): `/rule/when`. */
  pointer: string;
  message: string;
}

/** A policy that cannot be used. Its message names the policy, the field, and what is wrong there. */
export class PolicyError extends Error {
  override name = 'PolicyError';
  readonly policy: string;
  readonly faults: readonly PolicyFault[];

  constructor(policy: string, faults: readonly PolicyFault[], options?: ErrorOptions) {
    const [first] = faults;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    super(
      `Policy "${policy}"${first?.pointer ? `, ${first.pointer.slice(1)}` : ''}: ${first?.message}${more}.`,
      options,
    );
    this.policy = policy;
    this.faults = faults;
  }
}
