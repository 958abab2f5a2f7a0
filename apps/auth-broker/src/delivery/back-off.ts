const firstMs = 5_000;
const factor = 3;
const longestMs = 4 * 60 * 60_000;

/**
 * Milliseconds from the `tries`th try in a row that failed to the next one: 5 s, 15 s, 45 s, … 4 h, ± 20 % so that
 * nobody comes in step. A receiver may ask for more, up to the longest; nobody can ask for less.
 */
export function backOffMs(tries: number, askedMs = 0, random = Math.random()): number {
  const ownMs = Math.round(Math.min(firstMs * factor ** (tries - 1), longestMs) * (0.8 + 0.4 * random));
  return Math.max(ownMs, Math.min(askedMs, longestMs));
}
