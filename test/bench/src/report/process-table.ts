import { groupName, measuredName } from '../rounds/groups.js';
import type { Sample } from '../rounds/sample.js';
import { spreadOf } from '../rounds/spread.js';
import type { Findings } from './findings.js';
import { table, whole } from './table.js';

/** Where the processor time of a request goes when many come at a time, and how much memory each process has. */
export function processTable({ groups, residentMb }: Findings): string {
  const busiest = groupName('1k', 64);
  const rounds = groups.find(({ name }) => name === busiest)?.rounds ?? [];
  const samples = rounds.flatMap(({ samples: each }) => each[measuredName] ?? []);
  const [first] = samples;
  if (first === undefined) return '';
  const rowsOf = (where: string, of: (sample: Sample) => Readonly<Record<string, number>>): string[][] =>
    Object.keys(of(first)).map((name) => [
      name,
      where,
      whole(spreadOf(samples.map((sample) => of(sample)[name] ?? 0)).median),
      whole(residentMb[name] ?? NaN),
    ]);
  const rows = [...rowsOf('on the path', ({ cpuUs }) => cpuUs), ...rowsOf('beside it', ({ besideUs }) => besideUs)];
  const head = ['process', '', 'CPU µs a request', 'resident MB'];
  return `### Processes\n\n${measuredName}, ${busiest}.\n\n${table(head, rows)}`;
}
