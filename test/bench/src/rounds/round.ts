import type { Child } from '../children/child.js';
import type { LoadOrder, LoadResult } from '../load/load-request.js';
import { watchMachine, type MachineShares } from '../machine/machine.js';
import type { Target } from '../targets/target.js';
import type { Group } from './groups.js';
import { sample, type Cell, type Sample } from './sample.js';

/** One group, measured once: every target in one go, in an order that chance decides. */
export interface Round {
  readonly samples: Readonly<Record<string, Sample>>;
  /** The reference, measured once in each half of the round. */
  readonly reference: readonly [Sample, Sample];
  readonly roundTrips: LoadResult | undefined;
  /** How far the reference agrees with itself: a machine that others use is no measure. */
  readonly selfRatio: number;
  readonly machine: MachineShares;
}

/** What measuring takes besides a group. */
export interface Bench {
  readonly load: Child;
  readonly reference: Target;
  readonly cellMs: number;
  /** The bus, and where something answers on it. */
  readonly bus: { readonly url: string; readonly subject: string };
}

/** Measures a group once. @throws Error when an answer is not the right one */
export async function measureRound(bench: Bench, group: Group): Promise<Round> {
  const { load, reference, cellMs, bus } = bench;
  const shares = watchMachine();
  const samples: Record<string, Sample> = {};
  const references: Sample[] = [];
  let roundTrips: LoadResult | undefined;
  const { asked, connections } = group;
  const measure = async (cell: Cell): Promise<Sample> => sample(load, cell, cellMs);
  const steps = [...group.targets.map((target) => ({ target, asked })), ...(group.variant ? [group.variant] : [])].map(
    (each) => async () => void (samples[each.target.name] = await measure({ ...each, connections })),
  );
  if (group.withRoundTrips) {
    const order: LoadOrder = { type: 'round-trips', ...bus, forMs: cellMs };
    steps.push(async () => void (roundTrips = await load.ask<LoadResult>(order)));
  }
  const measureReference = async (): Promise<void> =>
    void references.push(await measure({ target: reference, asked, connections }));
  for (const half of halves(shuffled(steps))) for (const step of shuffled([...half, measureReference])) await step();
  const [first, second] = references;
  if (first === undefined || second === undefined) throw new Error('the reference was not measured');
  const selfRatio = first.perSecond / second.perSecond;
  return { samples, reference: [first, second], roundTrips, selfRatio, machine: shares() };
}

const halves = <T>(all: readonly T[]): readonly (readonly T[])[] => {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
};

/** The same in an order that chance decides. */
export function shuffled<T>(all: readonly T[]): T[] {
  const order = all.map((each) => ({ each, at: Math.random() }));
  return order.sort((a, b) => a.at - b.at).map(({ each }) => each);
}
