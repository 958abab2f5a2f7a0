import { ownCpuUs, type Sample } from '../rounds/sample.js';
import type { GroupRounds } from '../rounds/run-rounds.js';
import { spreadOf, type Spread } from '../rounds/spread.js';
import type { Findings } from './findings.js';
import { reachedIn, type Reached } from './goals.js';

/** The run as Markdown, for people. */
export function markdownOf(findings: Findings): string {
  return [
    conditions(findings),
    goalsTable(findings),
    ...findings.groups.map(groupTable),
    processTable(findings),
    statementsLine(findings),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function conditions({ at, machine, cellMs, groups, hasNginx }: Findings): string {
  const rounds = groups.flatMap((group) => group.rounds);
  const share = (values: readonly number[]): string =>
    `${percent(spreadOf(values).median)} (${percent(Math.min(...values))}–${percent(Math.max(...values))})`;
  const repeated = groups.reduce((sum, group) => sum + group.repeated, 0);
  const inconclusive = groups.filter(({ isConclusive }) => !isConclusive).map(({ name }) => name);
  return [
    `Measured on ${at.slice(0, 10)}: ${machine.cores} cores of ${machine.processor}, ${machine.memoryGb} GB, Node ${machine.node};`,
    `${rounds.length} rounds in all, cells of ${cellMs / 1_000} s; ${repeated} rounds were repeated because the reference did not agree with itself.`,
    `The machine was idle for ${share(rounds.map(({ machine: { idle } }) => idle))} of a round and lost ${share(rounds.map(({ machine: { steal } }) => steal))} to its hypervisor.`,
    ...(hasNginx ? [] : ['nginx: not installed.']),
    ...(inconclusive.length === 0 ? [] : [`Inconclusive: ${inconclusive.join('; ')}.`]),
  ].join('\n');
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function goalsTable(findings: Findings): string {
  const rows = reachedIn(findings).map(({ figure, more, levels, spread, rounds, verdict }: Reached) => [
    figure,
    ...(levels ?? ['', '', '']).map((level) => (level === '' ? '' : `${more ? '≥' : '≤'} ${level}`)),
    spread === undefined ? '' : withQuartiles(spread),
    String(rounds),
    verdict,
  ]);
  return `### Goals\n\n${table(['figure', 'must', 'goal', 'then', 'median (quartiles)', 'rounds', 'reached'], rows)}`;
}

function groupTable({ name, rounds }: GroupRounds): string {
  const isStream =
    rounds.some(({ reference: [{ megabytesPerSecond }] }) => megabytesPerSecond > 100) && name.includes('stream');
  const references = rounds.map(({ reference }) => reference);
  const mean = (index: number, of: (sample: Sample) => number): number => {
    const pair = references[index] ?? [];
    return pair.reduce((sum, each) => sum + of(each) / pair.length, 0);
  };
  const rowOf = (target: string, samples: readonly Sample[]): string[] => {
    const median = (of: (sample: Sample, index: number) => number): number => spreadOf(samples.map(of)).median;
    const ratio = spreadOf(samples.map(({ perSecond }, index) => perSecond / mean(index, (each) => each.perSecond)));
    const cpu = median(ownCpuUs);
    return [
      target,
      isStream
        ? number(median(({ megabytesPerSecond }) => megabytesPerSecond))
        : number(median(({ perSecond }) => perSecond)),
      withQuartiles(ratio),
      median(({ p50Ms }) => p50Ms).toFixed(2),
      median(({ p99Ms }) => p99Ms).toFixed(2),
      cpu === 0 ? '' : number(cpu),
      cpu === 0 ? '' : two(median((sample, index) => ownCpuUs(sample) / mean(index, ownCpuUs))),
    ];
  };
  const names = [...new Set(rounds.flatMap(({ samples }) => Object.keys(samples)))];
  const rows = [
    ...names.map((target) =>
      rowOf(
        target,
        rounds.flatMap(({ samples }) => samples[target] ?? []),
      ),
    ),
    rowOf(
      '`@fastify/http-proxy`',
      references.map(([first]) => first),
    ),
  ];
  const rate = isStream ? 'MB/s' : 'requests/s';
  const head = [
    'target',
    rate,
    `${rate} ÷ http-proxy (quartiles)`,
    'p50 ms',
    'p99 ms',
    'own CPU µs',
    'CPU ÷ http-proxy',
  ];
  const roundTrips = rounds.flatMap(({ roundTrips: each }) => (each === undefined ? [] : [each.p50Ms]));
  const trips =
    roundTrips.length === 0
      ? ''
      : `\n\nA bare round trip of 1 KB on the bus: ${number(spreadOf(roundTrips).median * 1_000)} µs.`;
  return `### ${name}\n\n${table(head, rows)}${trips}`;
}

/** Where the processor time of a request goes, and how much memory each process has. */
function processTable({ groups, residentMb }: Findings): string {
  const busiest = groups.find(({ rounds }) => rounds.some(({ samples }) => samples[measured] !== undefined));
  const group = groups.find(({ name }) => name === '1 KB, 64 at a time') ?? busiest;
  const samples = (group?.rounds ?? []).flatMap(({ samples: each }) => each[measured] ?? []);
  const [first] = samples;
  if (group === undefined || first === undefined) return '';
  const rows = [
    ...Object.keys(first.cpuUs).map((name) => [name, 'on the path', ({ cpuUs }: Sample) => cpuUs[name] ?? 0] as const),
    ...Object.keys(first.besideUs).map(
      (name) => [name, 'beside it', ({ besideUs }: Sample) => besideUs[name] ?? 0] as const,
    ),
  ].map(([name, where, of]) => [
    name,
    where,
    number(spreadOf(samples.map(of)).median),
    residentMb[name] === undefined ? '' : number(residentMb[name]),
  ]);
  return `### Processes\n\n${measured}, ${group.name}.\n\n${table(['process', '', 'CPU µs a request', 'resident MB'], rows)}`;
}

const measured = 'Pontage /proxy, bearer';

function statementsLine({ statements }: Findings): string {
  if (statements === undefined) return '';
  const { perRequest, perRequestWithCopy } = statements;
  return `Transactions of PostgreSQL per warm request, beyond those at rest: ${perRequest.toFixed(3)} with audit-log stopped, ${perRequestWithCopy.toFixed(3)} with its copy of the record.`;
}

const two = (value: number): string => value.toFixed(2);
const number = (value: number): string => Math.round(value).toLocaleString('en');
const withQuartiles = ({ median, low, high }: Spread): string => `${two(median)} (${two(low)}–${two(high)})`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
