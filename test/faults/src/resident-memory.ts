import { readFileSync } from 'node:fs';
import type { Pontage } from '@pontage/testkit';

const everyMs = 100;
const megabyte = 1024 * 1024;

/** How much more memory each process has held at most since the watch began. */
export interface MemoryWatch {
  /** MiB by service; of several processes of one, the most. */
  growth(): Readonly<Record<string, number>>;
  stop(): void;
}

/** Looks at the resident memory of every process ten times a second (Linux). */
export function watchMemory(pontage: Pontage): MemoryWatch {
  const watched = pontage.processes().processes.map(({ service, pid }) => {
    const before = residentBytes(pid);
    return { service, pid, before, most: before };
  });
  const look = (): void => {
    for (const each of watched) each.most = Math.max(each.most, residentBytes(each.pid));
  };
  const timer = setInterval(look, everyMs);
  return {
    growth() {
      look();
      const grown: Record<string, number> = {};
      for (const { service, before, most } of watched)
        grown[service] = Math.max(grown[service] ?? 0, Math.round((most - before) / megabyte));
      return grown;
    },
    stop: () => clearInterval(timer),
  };
}

/** The growth as it is printed: the processes that grew, the one that grew most first. */
export const shownGrowth = (growth: Readonly<Record<string, number>>): string =>
  Object.entries(growth)
    .filter(([, grown]) => grown > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([service, grown]) => `${service} +${grown}`)
    .join(', ');

/** 0 for a process that has gone. */
function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
