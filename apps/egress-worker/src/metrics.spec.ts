import { expect, it } from '@jest/globals';
import { metrics } from '@pontage/telemetry';
import { observeAdmission, observeEnding } from './metrics.js';

const ending = {
  status: 200,
  problem: null,
  requestBytes: 3,
  responseBytes: 50,
  superseded: false,
  credentialEchoed: false,
};

it('each dispatch is counted once, however often the metrics are read', async () => {
  observeAdmission(() => ({ inflight: 2, queued: 1 }));
  observeEnding(ending, 7);
  observeEnding({ ...ending, problem: 'upstream-broken' }, 7);
  await metrics.metrics();
  observeEnding(ending, 7);
  await metrics.metrics();
  const lines = (await metrics.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'pontage_egress_inflight 2',
      'pontage_egress_queued 1',
      'pontage_egress_requests_total{ending="answered"} 2',
      'pontage_egress_requests_total{ending="upstream-broken"} 1',
      'pontage_egress_body_bytes_total{direction="out"} 9',
      'pontage_egress_body_bytes_total{direction="in"} 150',
      'pontage_egress_duration_seconds_count 3',
    ]),
  );
});
