import { streamName } from '../rounds/groups.js';
import type { Round } from '../rounds/round.js';
import type { GroupRounds } from '../rounds/run-rounds.js';
import { ownCpuUs, type Sample } from '../rounds/sample.js';
import { spreadOf } from '../rounds/spread.js';
import { table, twoDigits, whole, withQuartiles } from './table.js';

/** A target's sample of a round, and the reference's two. */
interface Compared {
  readonly sample: Sample;
  readonly reference: Round['reference'];
}

type Figure = (sample: Sample) => number;
const perSecond: Figure = (sample) => sample.perSecond;

/** What every target of a group did, and how that compares. */
export function groupTable({ name, rounds }: GroupRounds): string {
  const [rate, rateOf]: [string, Figure] =
    name === streamName ? ['MB/s', ({ megabytesPerSecond }) => megabytesPerSecond] : ['requests/s', perSecond];
  const comparedOf = (target: string): Compared[] =>
    rounds.flatMap(({ samples, reference }) => {
      const sample = samples[target];
      return sample === undefined ? [] : [{ sample, reference }];
    });
  const names = new Set(rounds.flatMap(({ samples }) => Object.keys(samples)));
  const targets = [...names].sort((a, b) => a.localeCompare(b));
  const ofReference = rounds.map(({ reference }) => ({ sample: reference[0], reference }));
  const rows = [
    ...targets.map((target) => row(target, comparedOf(target), rateOf)),
    row('`@fastify/http-proxy`', ofReference, rateOf),
  ];
  const compared = `${rate} ÷ http-proxy (quartiles)`;
  const head = ['target', rate, compared, 'p50 ms', 'p99 ms', 'own CPU µs', 'CPU ÷ http-proxy'];
  return [`### ${name}`, table(head, rows), ...roundTripsLine(rounds)].join('\n\n');
}

function row(target: string, compared: readonly Compared[], rateOf: Figure): string[] {
  const median = (of: Figure): number => spreadOf(compared.map(({ sample }) => of(sample))).median;
  const ratios = (of: Figure) =>
    spreadOf(compared.map(({ sample, reference: [first, second] }) => (2 * of(sample)) / (of(first) + of(second))));
  const hasCpu = median(ownCpuUs) > 0;
  return [
    target,
    whole(median(rateOf)),
    withQuartiles(ratios(perSecond)),
    twoDigits(median(({ p50Ms }) => p50Ms)),
    twoDigits(median(({ p99Ms }) => p99Ms)),
    hasCpu ? whole(median(ownCpuUs)) : '',
    hasCpu ? withQuartiles(ratios(ownCpuUs)) : '',
  ];
}

function roundTripsLine(rounds: readonly Round[]): string[] {
  const measured = rounds.flatMap(({ roundTrips }) => (roundTrips === undefined ? [] : [roundTrips.p50Ms]));
  if (measured.length === 0) return [];
  return [`A bare round trip of 1 KB on the bus: ${whole(spreadOf(measured).median * 1_000)} µs.`];
}
