import { createHmac, hkdfSync } from 'node:crypto';
import type { SigningKey } from '../signing-key.js';

/** Signed by nothing else: bundles begin with {, checkpoints with the name of a log. */
const LABEL = 'webhook secrets of blameprompt-enterprise\n';

/**
 * The secret of a webhook, 32 bytes. It is derived from the server's signing key (Ed25519 signs the same text alike each time,
 * RFC 8032) and stored nowhere: a copy of the database forges no messages.
 */
export function secretOf(key: SigningKey, orgId: string, webhookId: string, number: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key.sign(LABEL), '', `${orgId}/${webhookId}/${number}`, 32));
}

/** As Standard Webhooks writes secrets. */
export const formatSecret = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;

/** The headers of Standard Webhooks, with a signature by each secret. `timestamp` is of the attempt, in seconds. */
export function signedHeaders(
  secrets: readonly Buffer[],
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): Record<string, string> {
  const signatures = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64'),
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.map((signature) => `v1,${signature}`).join(' '),
  };
}
