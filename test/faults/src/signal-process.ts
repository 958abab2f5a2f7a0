import { setTimeout as sleep } from 'node:timers/promises';
import type { Pontage, PontageProcess } from '@pontage/testkit';

/** Ends a process as `kill -9` does. */
export const kill = ({ pid }: { pid: number }): void => void process.kill(pid, 'SIGKILL');

/** Freezes a process: it answers nothing, and nothing tells that it is gone. */
export const stop = ({ pid }: { pid: number }): void => void process.kill(pid, 'SIGSTOP');

/** Lets a frozen process go on. */
export const resume = ({ pid }: { pid: number }): void => void process.kill(pid, 'SIGCONT');

/** Resolves with how many milliseconds it took a process to end. @throws Error when it does not */
export async function endOf({ pid }: { pid: number }, withinMs: number): Promise<number> {
  const begun = performance.now();
  for (; performance.now() - begun < withinMs; await sleep(20)) {
    try {
      process.kill(pid, 0);
    } catch {
      return performance.now() - begun;
    }
  }
  throw new Error(`process ${pid} does not end`);
}

/** Resolves when the launcher has another process in the place of the one that ended, and it is ready. */
export async function replaced(pontage: Pontage, former: PontageProcess, withinMs = 15_000): Promise<PontageProcess> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const now = pontage
      .processes()
      .processes.find(
        ({ service, region, pid }) => service === former.service && region === former.region && pid !== former.pid,
      );
    if (now !== undefined && now.health !== null && (await isReady(now.health))) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${former.service} was not replaced within ${withinMs} ms`);
}

async function isReady(health: string): Promise<boolean> {
  try {
    return (await fetch(`${health}/readyz`)).ok;
  } catch {
    return false;
  }
}
