import { ownCpuUs, type Sample } from '../rounds/sample.js';
import { spreadOf } from '../rounds/spread.js';
import { table, whole, withQuartiles } from '../report/table.js';
import type { BuildsCompared, BuildsRound } from './compare-builds.js';

const figures: readonly (readonly [string, (sample: Sample) => number])[] = [
  ['own CPU', ownCpuUs],
  ['requests/s', ({ perSecond }) => perSecond],
  ['MB/s', ({ megabytesPerSecond }) => megabytesPerSecond],
  ['p50', ({ p50Ms }) => p50Ms],
  ['p99', ({ p99Ms }) => p99Ms],
];

/** This build as a ratio of the other one, both as ratios of the reference, and where the processor time goes. */
export function comparisonOf({ name, rounds }: BuildsCompared): string {
  const ratios = (of: (sample: Sample) => number, above: keyof BuildsRound, below: keyof BuildsRound): string =>
    withQuartiles(spreadOf(rounds.map((round) => of(round[above]) / of(round[below]))));
  const rows = figures.map(([title, of]) => [
    title,
    `× ${ratios(of, 'here', 'there')}`,
    ratios(of, 'here', 'reference'),
    ratios(of, 'there', 'reference'),
  ]);
  const head = ['figure', 'here ÷ there', 'here ÷ reference', 'there ÷ reference'];
  return `### ${name}\n\n${table(head, rows)}\n\n${processesOf(rounds)}\n`;
}

function processesOf(rounds: readonly BuildsRound[]): string {
  const names = Object.keys(timesOf(rounds[0]?.here));
  const median = (name: string, of: 'here' | 'there'): string =>
    whole(spreadOf(rounds.map((round) => timesOf(round[of])[name] ?? 0)).median);
  return table(
    ['CPU µs a request', 'here', 'there'],
    names.map((name) => [name, median(name, 'here'), median(name, 'there')]),
  );
}

const timesOf = (sample: Sample | undefined): Readonly<Record<string, number>> => ({
  ...sample?.cpuUs,
  ...sample?.besideUs,
});
