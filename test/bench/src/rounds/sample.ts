import type { Child } from '../children/child.js';
import type { LoadOrder, LoadResult } from '../load/load-request.js';
import { cpuMsOf } from '../machine/process-times.js';
import type { Asked, Target } from '../targets/target.js';

/** One target, asked for one thing by so many callers. */
export interface Cell {
  readonly target: Target;
  readonly asked: Asked;
  readonly connections: number;
}

/** What one cell has shown in one round. */
export interface Sample extends LoadResult {
  readonly perSecond: number;
  readonly megabytesPerSecond: number;
  /** Processor time per answer, in microseconds, of each process on the path, and of those beside it. */
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly besideUs: Readonly<Record<string, number>>;
}

const warmMs = 150;

/** Asks a target for a while. @throws Error when an answer is not the right one */
export async function sample(load: Child, { target, asked, connections }: Cell, forMs: number): Promise<Sample> {
  const order = <A>(given: LoadOrder): Promise<A> => load.ask<A>(given);
  await order({ type: 'open', request: target.requestFor(asked), connections, warmMs });
  const [path, beside] = [watch(target.path), watch(target.beside)];
  const result = await order<LoadResult>({ type: 'run', forMs });
  const [cpuUs, besideUs] = [path(result.answers), beside(result.answers)];
  await order({ type: 'close' });
  const seconds = result.elapsedMs / 1_000;
  return {
    ...result,
    perSecond: result.answers / seconds,
    megabytesPerSecond: result.bytes / 2 ** 20 / seconds,
    cpuUs,
    besideUs,
  };
}

/** The processor time of processes from now on, by answer. */
function watch(processes: ReadonlyMap<string, number>): (answers: number) => Record<string, number> {
  const before = [...processes].map(([name, pid]) => ({ name, pid, ms: cpuMsOf(pid) }));
  return (answers) =>
    Object.fromEntries(before.map(({ name, pid, ms }) => [name, ((cpuMsOf(pid) - ms) * 1_000) / answers]));
}

/** All processes on the path together. */
export const ownCpuUs = ({ cpuUs }: Sample): number => Object.values(cpuUs).reduce((sum, each) => sum + each, 0);
