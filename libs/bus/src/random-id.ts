import { randomFillSync } from 'node:crypto';

const idBytes = 16;
/** Asking for random bytes costs the same for one id as for many. */
const randomPool = Buffer.alloc(256 * idBytes);
let taken = randomPool.length;

/** 128 random bits, base64url: a name on the bus that nobody guesses. */
export function randomId(): string {
  if (taken === randomPool.length) {
    randomFillSync(randomPool);
    taken = 0;
  }
  taken += idBytes;
  return randomPool.toString('base64url', taken - idBytes, taken);
}
