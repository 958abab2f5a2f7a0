import { metrics } from '@pontage/telemetry';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Ending } from './answer/answer-sink.js';

const registers = [metrics];

/** How many dispatches a worker has. */
interface Counted {
  readonly inflight: number;
  readonly queued: number;
}

// What is counted for each dispatch is kept in plain numbers and told to the metrics when somebody reads them: labels are
// looked up by a text that is made of them, which costs more than a count.
let admission: () => Counted = () => ({ inflight: 0, queued: 0 });
const endings = new Map<string, number>();
const carried = { in: 0, out: 0 };

/** Says where the dispatches of this process are counted. */
export function observeAdmission(count: () => Counted): void {
  admission = count;
}

new Gauge({
  name: 'pontage_egress_inflight',
  help: 'Dispatches in hand.',
  registers,
  collect() {
    this.set(admission().inflight);
  },
});
new Gauge({
  name: 'pontage_egress_queued',
  help: 'Dispatches that wait for their turn.',
  registers,
  collect() {
    this.set(admission().queued);
  },
});
new Counter({
  name: 'pontage_egress_requests_total',
  help: 'Dispatches that ended, by how they ended: answered, or the problem.',
  labelNames: ['ending'],
  registers,
  collect() {
    for (const [ending, count] of endings) this.inc({ ending }, count);
    endings.clear();
  },
});
new Counter({
  name: 'pontage_egress_body_bytes_total',
  help: 'Bytes of request and response bodies.',
  labelNames: ['direction'],
  registers,
  collect() {
    this.inc({ direction: 'out' }, carried.out);
    this.inc({ direction: 'in' }, carried.in);
    carried.in = 0;
    carried.out = 0;
  },
});
const duration = new Histogram({
  name: 'pontage_egress_duration_seconds',
  help: 'From the arrival of a dispatch to its last frame.',
  buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120],
  registers,
});

/** Counts a dispatch that has ended. */
export function observeEnding({ problem, requestBytes, responseBytes }: Ending, durationMs: number): void {
  const ending = problem ?? 'answered';
  endings.set(ending, (endings.get(ending) ?? 0) + 1);
  carried.out += requestBytes;
  carried.in += responseBytes;
  duration.observe(durationMs / 1000);
}
