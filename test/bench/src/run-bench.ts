import { startChild } from './children/child.js';
import { machine } from './machine/machine.js';
import { residentMbOf } from './machine/process-times.js';
import type { Findings } from './report/findings.js';
import { countStatements } from './rounds/count-statements.js';
import { groupsOf, measuredTarget, type Group } from './rounds/groups.js';
import { measureRound, type Bench } from './rounds/round.js';
import { runRounds } from './rounds/run-rounds.js';
import { startTargets, type Targets } from './targets/start-targets.js';

/** How thoroughly to measure. */
export interface BenchOptions {
  readonly rounds: number;
  readonly cellMs: number;
  /** Which comparisons. */
  readonly isWanted: (group: Group) => boolean;
  /** Whether to count what the database does as well. */
  readonly countsStatements: boolean;
}

const subject = 'bench.round-trip';
/** Before the first round every process is asked so often that its code is compiled: it takes thousands of requests. */
const warming = { rounds: 2, cellMs: 2_000 };

/** Boots everything, measures, and takes everything down again. @throws Error when an answer is not the right one, or what interrupted it */
export async function runBench(
  options: BenchOptions,
  report: (line: string) => void,
  interrupted: Promise<never> = new Promise(() => undefined),
): Promise<Findings> {
  report('booting upstream, peers and Pontage');
  const targets = await startTargets();
  const load = await startChild('load');
  const url = targets.pontage.pontage.processes().natsUrl;
  const responder = await startChild('nats-responder', url, subject);
  try {
    const bench = { load, reference: targets.reference, cellMs: options.cellMs, bus: { url, subject } };
    return await Promise.race([measure(bench, targets, options, report), interrupted]);
  } finally {
    await Promise.all([load.stop(), responder.stop()]);
    await targets.stop();
  }
}

async function measure(
  bench: Bench,
  targets: Targets,
  { rounds, cellMs, isWanted, countsStatements }: BenchOptions,
  report: (line: string) => void,
): Promise<Findings> {
  const groups = groupsOf(targets).filter(isWanted);
  report('warming up');
  const busiest = groups.toSorted((a, b) => b.targets.length * b.connections - a.targets.length * a.connections);
  for (let round = 0; round < warming.rounds && busiest[0] !== undefined; round += 1)
    await measureRound({ ...bench, cellMs: Math.min(10 * cellMs, warming.cellMs) }, busiest[0]);
  const found = await runRounds(bench, groups, rounds, report);
  const statements = countsStatements ? await countStatements(bench.load, targets) : undefined;
  const { path, beside } = measuredTarget(targets);
  const resident = [...path, ...beside].map(([name, pid]) => [name, residentMbOf(pid)] as const);
  return {
    at: new Date().toISOString(),
    machine: machine(),
    cellMs,
    groups: found,
    statements,
    residentMb: Object.fromEntries(resident),
    hasNginx: targets.nginx !== undefined,
  };
}
