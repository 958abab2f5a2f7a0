import { setTimeout as sleep } from 'node:timers/promises';

const withinMs = 60_000;
const askEveryMs = 20;

/** What `ask` finds, asked until it finds something; undefined when it never does. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined || Date.now() > deadline) return found;
    await sleep(askEveryMs);
  }
}
