// Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), symmetric signatures only: HMAC-SHA256 over
// `id.timestamp.body` with the bytes that the secret's base64 stands for. A secret has one key; none is rotated yet.

import { createHmac } from 'node:crypto';

/** The headers that say which message this is, when it was sent (seconds), and that it is ours. */
export function signedHeaders(secret: string, id: string, body: string, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
