import { describe, expect, it } from '@jest/globals';
import { regionTable } from './region-table.js';

const worker = {
  id: 'w1',
  version: '0.1.0',
  inflight: 8,
  queued: 3,
  capacity: 8,
  since: '2026-01-01T00:00:00.000Z',
  draining: false,
  p50Ms: 900,
  p99Ms: 4_000,
  failures: 0.25,
};
const region = {
  id: 'eu-central-1',
  location: null,
  outboundIps: [],
  state: 'open' as const,
  latencyMs: 900,
  breakers: [],
  openBreakers: null,
};

describe('the table of regions', () => {
  it('shows where a slow region is stuck: a full worker, what waits, and what fails', () => {
    const [, ofRegion, ofWorker] = regionTable([{ ...region, maxInflight: null, workers: [worker] }]).split('\n');
    expect(ofRegion).toMatch(/^eu-central-1 +open +8\/8 +3 +900 ms/);
    expect(ofWorker).toMatch(/^ {2}w1 +full +8\/8 +3 +900 ms +4000 ms +25\.0 % +2026/);
  });

  it('names the upstreams that queries are kept from, and counts those of others', () => {
    const breaker = { resource: 'orders', environment: 'staging', state: 'open' as const, since: worker.since };
    const shown = regionTable([{ ...region, maxInflight: null, workers: [], breakers: [breaker], openBreakers: 3 }]);
    expect(shown).toMatch(/^ {2}orders \(staging\) +circuit open +2026/m);
    expect(shown).toMatch(/^ {2}2 of other organisations +circuit open$/m);
  });

  it('says that a region has no worker, and what it is capped to', () => {
    const shown = regionTable([{ ...region, state: 'closed', maxInflight: 5, latencyMs: null, workers: [] }]);
    expect(shown).toMatch(/eu-central-1 +closed, no worker +0\/5 +0 +-/);
  });
});
