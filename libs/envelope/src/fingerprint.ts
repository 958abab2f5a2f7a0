import { createHmac } from 'node:crypto';

/**
 * Sixteen hex digits that tell two secrets apart and reveal neither: HMAC-SHA256 under a key of the organisation.
 * That key is random and sealed like any secret, not derived from a master key, so rotating master keys changes no
 * fingerprint. `place` separates what must not be comparable: equal secrets show alike in one place only.
 */
export function fingerprint(key: Uint8Array, place: readonly string[], secret: Uint8Array): string {
  return createHmac('sha256', key)
    .update(`${JSON.stringify(place)}\n`)
    .update(secret)
    .digest('hex')
    .slice(0, 16);
}
