import { metrics } from '@pontage/telemetry';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Ending } from './answer/answer-sink.js';

const registers = [metrics];

/** Dispatches in hand. */
export const inflightRequests = new Gauge({ name: 'pontage_egress_inflight', help: 'Dispatches in hand.', registers });

/** Dispatches that wait for their turn. */
export const queuedRequests = new Gauge({
  name: 'pontage_egress_queued',
  help: 'Dispatches that wait for their turn.',
  registers,
});

const requests = new Counter({
  name: 'pontage_egress_requests_total',
  help: 'Dispatches that ended, by how they ended: answered, or the problem.',
  labelNames: ['ending'],
  registers,
});
const bytes = new Counter({
  name: 'pontage_egress_body_bytes_total',
  help: 'Bytes of request and response bodies.',
  labelNames: ['direction'],
  registers,
});
const duration = new Histogram({
  name: 'pontage_egress_duration_seconds',
  help: 'From the arrival of a dispatch to its last frame.',
  buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120],
  registers,
});

/** Counts a dispatch that has ended. */
export function observeEnding({ problem, requestBytes, responseBytes }: Ending, durationMs: number): void {
  requests.inc({ ending: problem ?? 'answered' });
  bytes.inc({ direction: 'out' }, requestBytes);
  bytes.inc({ direction: 'in' }, responseBytes);
  duration.observe(durationMs / 1000);
}
