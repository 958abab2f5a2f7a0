import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { openLine, type CuttableLine } from './cuttable-line.js';

let upstream: Upstream;
let line: CuttableLine;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startUpstream();
  line = await openLine(upstream.port);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${line.port}` } });
  const json = { name: 'far', baseUrl: `http://127.0.0.1:${line.port}`, timeoutMs: 5_000 };
  expect((await pontage.fetch('/api/v1/resources', { method: 'POST', json })).status).toBe(201);
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await line?.[Symbol.asyncDispose]();
  await upstream?.stop();
}, 30_000);

const query = async (path: string, method = 'POST') => {
  const answer = await pontage.fetch('/api/v1/resources/far/query', { method: 'POST', json: { method, path } });
  return (await answer.json()) as { status?: number; code?: string; durationMs?: number };
};

describe('the line to an upstream', () => {
  it('that is slow is waited for', async () => {
    line.slow(300);
    const { status, durationMs } = await query('/echo');
    line.slow(0);
    expect(status).toBe(200);
    expect(durationMs).toBeGreaterThanOrEqual(300);
  });

  it('that is cut is told at once, in the middle of a query and while it stays cut, and used again when it is mended', async () => {
    const asked = query('/slow-head?ms=60000');
    await upstream.received(({ target }) => target.startsWith('/slow-head'));
    line.cut();
    expect(await asked).toMatchObject({ status: 502, code: 'upstream-broken' });
    expect((await query('/echo')).code).toMatch(/^upstream-(broken|unreachable)$/);
    line.mend();
    expect((await query('/echo')).status).toBe(200);
  });
});
