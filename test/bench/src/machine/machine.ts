import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** Shares of the machine's processor time since some moment. */
export interface MachineShares {
  readonly idle: number;
  /** What the hypervisor gave to others. */
  readonly steal: number;
}

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
}

export const machine = (): Machine => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
});

/** Begins to watch the machine; the returned function tells how idle it has been since. @see proc(5), /proc/stat */
export function watchMachine(): () => MachineShares {
  const before = times();
  return () => {
    const spent = times().map((time, index) => time - (before[index] ?? 0));
    const all = spent.slice(0, 8).reduce((sum, time) => sum + time, 0) || 1;
    const [, , , idle = 0, , , , steal = 0] = spent;
    return { idle: idle / all, steal: steal / all };
  };
}

function times(): number[] {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  return first.trim().split(/\s+/).slice(1).map(Number);
}
