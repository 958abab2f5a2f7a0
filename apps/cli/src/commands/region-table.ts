import type { ElementOf } from '@pontage/client';

type Region = ElementOf<'listRegions'>;
type Worker = Region['workers'][number];
type Breaker = Region['breakers'][number];

const head = ['', 'STATE', 'IN HAND', 'QUEUED', 'P50', 'P99', 'FAILED', 'SINCE', 'VERSION'];

/** Regions, their workers and the upstreams that queries are kept from, for people, so that what makes one slow is in the same place each time. */
export function regionTable(regions: readonly Region[]): string {
  const rows = regions.flatMap((region) => [
    regionRow(region),
    ...region.workers.map(workerRow),
    ...region.breakers.map(breakerRow),
    ...otherBreakers(region),
  ]);
  if (rows.length === 0) return 'there are no regions\n';
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[head, ...rows].map(line).join('\n')}\n`;
}

function regionRow({ id, state, maxInflight, latencyMs, workers }: Region): string[] {
  const inHand = `${sumOf(workers, 'inflight')}/${maxInflight ?? sumOf(workers, 'capacity')}`;
  const said = workers.length === 0 ? `${state}, no worker` : state;
  return [id, said, inHand, String(sumOf(workers, 'queued')), msOf(latencyMs), '', '', '', ''];
}

function workerRow(worker: Worker): string[] {
  const { id, draining, inflight, queued, capacity, p50Ms, p99Ms, failures, since, version } = worker;
  const isFull = inflight >= capacity;
  const state = draining ? 'draining' : isFull ? 'full' : 'open';
  const failed = failures === null ? '-' : `${(failures * 100).toFixed(1)} %`;
  return [
    `  ${id}`,
    state,
    `${inflight}/${capacity}`,
    String(queued),
    msOf(p50Ms),
    msOf(p99Ms),
    failed,
    since,
    version,
  ];
}

const breakerRow = ({ resource, environment, state, since }: Breaker): string[] =>
  rowOf(`  ${resource}${environment === null ? '' : ` (${environment})`}`, `circuit ${state}`, since);

/** Of other organisations: whoever operates the installation hears how many. */
function otherBreakers({ breakers, openBreakers }: Region): string[][] {
  const others = (openBreakers ?? 0) - breakers.length;
  return others > 0 ? [rowOf(`  ${others} of other organisations`, 'circuit open', '')] : [];
}

const rowOf = (name: string, state: string, since: string): string[] => [name, state, '', '', '', '', '', since, ''];

const sumOf = (workers: readonly Worker[], field: 'inflight' | 'queued' | 'capacity'): number =>
  workers.reduce((sum, worker) => sum + worker[field], 0);

const msOf = (ms: number | null): string => (ms === null ? '-' : `${ms} ms`);
