/** Something that knows whether what it holds is as new as it should be. */
export interface Freshness {
  isFresh(): boolean;
}

/** Those who wait for one watch. */
interface Wait {
  readonly waiting: Set<{ readonly until: number; readonly resolve: (isFresh: boolean) => void }>;
  readonly timer: NodeJS.Timeout;
}

/** A burst of a thousand callers on a busy machine stands in front of a tick for more than a second. */
const withinMs = 2_000;
const pollMs = 20;

const waits = new WeakMap<Freshness, Wait>();

/**
 * True as soon as it is fresh; false when it is not within two seconds. A process that was busy or cut off has its
 * ticks waiting in its socket: it catches up before it refuses to guess. However many wait, one of them looks.
 */
export function becomesFresh(watch: Freshness): Promise<boolean> {
  if (watch.isFresh()) return Promise.resolve(true);
  return new Promise((resolve) => {
    let wait = waits.get(watch);
    if (wait === undefined) {
      wait = { waiting: new Set(), timer: setInterval(() => look(watch), pollMs) };
      waits.set(watch, wait);
    }
    wait.waiting.add({ until: performance.now() + withinMs, resolve });
  });
}

function look(watch: Freshness): void {
  const wait = waits.get(watch);
  if (wait === undefined) return;
  const isFresh = watch.isFresh();
  const now = performance.now();
  for (const each of wait.waiting) {
    if (!isFresh && now < each.until) continue;
    wait.waiting.delete(each);
    each.resolve(isFresh);
  }
  if (wait.waiting.size > 0) return;
  clearInterval(wait.timer);
  waits.delete(watch);
}
