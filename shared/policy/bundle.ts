import type { Policy, PolicyState } from '../api/policies.js';

/** What hooks judge with when no server is asked: the policies of one repository and what the server knew. */
export interface Bundle {
  version: 1;
  /** The org's slug. */
  org: string;
  /** Normalised name. */
  repo: string;
  /** Whose spending `state` tells beside that of the whole scope; null where nobody was named. */
  person: string | null;
  /** Slugs of the teams of the repository and the person. */
  teams: string[];
  generated_at: string;
  /** From then on the bundle is expired: policies with on_error "closed" stop, the others let pass. */
  not_after: string;
  policies: Policy[];
  state: PolicyState;
}

/**
 * A bundle as the server sends it and a clone keeps it. The signature (Ed25519, base64) is over the UTF-8 bytes of
 * `payload`, the JSON of a Bundle: nothing has to be put into a canonical form.
 */
export interface SignedBundle {
  payload: string;
  signature: string;
  /** The first 16 hex digits of the SHA-256 of the public key's DER (SPKI). */
  key_id: string;
  /** Base64 of the public key's DER. Trusted only when it is the one pinned for that server (at login, else at first sight). */
  public_key: string;
}
