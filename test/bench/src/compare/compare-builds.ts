import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startChild, type Child } from '../children/child.js';
import { groupsOf, measuredTarget, type Group } from '../rounds/groups.js';
import { shuffled } from '../rounds/round.js';
import { sample, type Sample } from '../rounds/sample.js';
import { startTargets, type Targets } from '../targets/start-targets.js';

/** One round: two builds and the reference, each asked once, in an order that chance decides. */
export interface BuildsRound {
  readonly here: Sample;
  readonly there: Sample;
  readonly reference: Sample;
}

/** All rounds of one comparison. */
export interface BuildsCompared {
  readonly name: string;
  readonly rounds: readonly BuildsRound[];
}

/** How thoroughly to compare, and with what. */
export interface CompareOptions {
  /** The root of another checkout, which has been built. */
  readonly against: string;
  /** In each of the two orders of booting. */
  readonly rounds: number;
  readonly cellMs: number;
  readonly isWanted: (group: Group) => boolean;
}

/** What is asked of both builds. */
interface Builds extends AsyncDisposable {
  readonly here: Targets;
  readonly there: Targets;
  readonly load: Child;
}

/** So long every process is asked for the first time: until its code is compiled. */
const warmMs = 5_000;

/**
 * Boots this build and another one side by side, asks them in turn, and takes both down; and once more, since the one that is
 * booted first pays more for a request, whichever it is.
 * @throws Error when an answer is not the right one, or what interrupted it
 */
export async function compareBuilds(
  options: CompareOptions,
  report: (line: string) => void,
  interrupted: Promise<never>,
): Promise<BuildsCompared[]> {
  const compared = new Map<string, BuildsRound[]>();
  for (const first of ['here', 'there'] as const) {
    report(`booting both builds, this one ${first === 'here' ? 'first' : 'last'}`);
    await using builds = await startBuilds(options.against, first);
    await Promise.race([measure(builds, options, compared, report), interrupted]);
  }
  return [...compared].map(([name, rounds]) => ({ name, rounds }));
}

async function startBuilds(against: string, first: 'here' | 'there'): Promise<Builds> {
  const path = join(resolve(against), 'test', 'bench', 'dist', 'targets', 'start-targets.js');
  const other = (await import(pathToFileURL(path).href)) as { readonly startTargets: typeof startTargets };
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  const started = async <S extends Targets | Child>(starting: Promise<S>): Promise<S> => {
    const one = await starting;
    stops.push(() => one.stop());
    return one;
  };
  try {
    const early = await started(first === 'here' ? startTargets() : other.startTargets());
    const late = await started(first === 'here' ? other.startTargets() : startTargets());
    const [here, there] = first === 'here' ? [early, late] : [late, early];
    return { here, there, load: await started(startChild('load')), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function measure(
  builds: Builds,
  { rounds, cellMs, isWanted }: CompareOptions,
  compared: Map<string, BuildsRound[]>,
  report: (line: string) => void,
): Promise<void> {
  for (const group of groupsOf(builds.here).filter(isWanted)) {
    report(group.name);
    await measureRound(builds, group, warmMs);
    const found = compared.get(group.name) ?? [];
    compared.set(group.name, found);
    for (let round = 0; round < rounds; round += 1) found.push(await measureRound(builds, group, cellMs));
  }
}

async function measureRound({ here, there, load }: Builds, group: Group, forMs: number): Promise<BuildsRound> {
  const { asked, connections } = group;
  const targets = { here: measuredTarget(here), there: measuredTarget(there), reference: here.reference };
  const samples: Partial<Record<keyof BuildsRound, Sample>> = {};
  for (const name of shuffled(['here', 'there', 'reference'] as const))
    samples[name] = await sample(load, { target: targets[name], asked, connections }, forMs);
  return samples as BuildsRound;
}
