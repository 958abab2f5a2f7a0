/** Something that knows whether what it holds is as new as it should be. */
export interface Freshness {
  isFresh(): boolean;
}

const withinMs = 500;
const pollMs = 20;

/**
 * True as soon as it is fresh; false when it is not within half a second. A process that was busy or cut off has its
 * ticks waiting in its socket: it catches up before it refuses to guess.
 */
export async function becomesFresh(watch: Freshness): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!watch.isFresh()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}
