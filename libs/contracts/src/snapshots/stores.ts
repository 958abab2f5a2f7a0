import type { Service } from '../services.js';

/** A KV bucket that only its owner reads and writes: what the processes of one service remember together. */
export interface Store {
  readonly name: string;
  readonly owner: Service;
  /** After this long the server forgets a key. */
  readonly maxAgeMs: number;
}

const minuteMs = 60_000;

/** Which idempotency keys have been used, and the answers they got (sealed with the caller's own token). */
export const idempotency: Store = { name: 'idempotency', owner: 'gateway', maxAgeMs: 24 * 60 * minuteMs };

/** The same for answers that hold a secret, which are not kept that long. */
export const idempotencySecrets: Store = { name: 'idempotency_secrets', owner: 'gateway', maxAgeMs: 10 * minuteMs };

/** Every store there is. */
export const stores: readonly Store[] = [idempotency, idempotencySecrets];
