import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { Bench } from './testing/bench.js';
import type { Sent, WorkerClient } from './testing/worker-client.js';

describe('what is for the sender of a dispatch', () => {
  let bench: Bench;
  let upstream: Upstream;
  let client: WorkerClient;
  beforeAll(async () => {
    [bench, upstream] = await Promise.all([Bench.open(), startUpstream()]);
    client = await bench.clientOf();
  });
  afterAll(async () => {
    await bench.stop();
    await upstream.stop();
  });

  const isSealed = (sent: Sent): unknown => sent.sealed[sent.frames.findIndex(({ type }) => type === 'receipts')];

  it.each([0, 200_000])('comes back sealed, and does not go on to the reader: %i bytes', async (bytes) => {
    const url =
      bytes === 0
        ? `${upstream.url}/headers?authentication-info=a&Authentication-Info=b&x-mine=1`
        : `${upstream.url}/download?bytes=${bytes}`;
    const observe = ['authentication-info', 'content-type'];
    const sent = client.send({ observe, request: { url } });
    const { headers } = await sent.answer();
    const { observed } = await sent.receipt();
    expect(headers.filter(([name]) => observe.includes(name.toLowerCase()))).toEqual([]);
    expect(observed).toEqual(
      bytes === 0
        ? [
            ['authentication-info', 'a'],
            ['Authentication-Info', 'b'],
          ]
        : [['content-type', expect.any(String)]],
    );
    expect(isSealed(sent)).toBe(true);
  });

  it('is nothing when nothing was asked for, or came', async () => {
    for (const observe of [[], ['x-other']]) {
      const sent = client.send({ observe, request: { url: `${upstream.url}/headers?x-mine=1` } });
      expect((await sent.answer()).headers).toContainEqual(['x-mine', '1']);
      expect((await sent.receipt()).observed).toBeUndefined();
      expect(isSealed(sent)).toBe(false);
    }
  });

  it('is a verdict: the reader of a kept answer gets a problem in its place', async () => {
    const sent = client.send({ keep: [401], request: { url: `${upstream.url}/auth/bearer` } });
    await sent.frame('kept');
    const { executionId } = sent.dispatch;
    client.flow({
      type: 'refuse',
      executionId,
      attempt: 1,
      problem: { slug: 'credential-rejected', detail: 'It is wrong.' },
    });
    await expect(sent.answer()).rejects.toMatchObject({ slug: 'credential-rejected', detail: 'It is wrong.' });
    expect(await sent.receipt()).toMatchObject({ status: 401, problem: 'credential-rejected' });
  });

  it('lets the next attempt use the connection of an answer that was kept', async () => {
    await using own = await startUpstream();
    const url = `${own.url}/auth/bearer`;
    const sent = client.send({ keep: [401], request: { url } });
    await sent.frame('kept');
    const { executionId } = sent.dispatch;
    const next = client.send({ executionId, attempt: 2, request: { url } });
    await next.answer();
    await sent.receipt();
    await client.fetch({ request: { url } });
    await client.fetch({ request: { url } });
    expect(own.connections.made).toBeLessThanOrEqual(2);
  });
});
