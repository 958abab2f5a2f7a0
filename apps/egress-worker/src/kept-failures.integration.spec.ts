import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { Bench } from './testing/bench.js';
import type { WorkerClient } from './testing/worker-client.js';

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

const keepFailures = ['upstream-broken'];
const failing = (keep: readonly string[] = keepFailures) =>
  client.send({ keepFailures: keep, recorded: true, request: { method: 'PUT', url: `${upstream.url}/hangup` } });

describe('a failure before the head that is kept', () => {
  it('is told to the sender alone, and goes on when it is released', async () => {
    const sent = failing();
    const { head } = await sent.frame('kept');
    expect(head).toMatchObject({ status: null, headers: [], problem: { slug: 'upstream-broken' } });
    sent.flow({ type: 'release' });
    await expect(sent.answer()).rejects.toMatchObject({ slug: 'upstream-broken' });
    expect(await sent.receipt()).toMatchObject({ status: null, problem: 'upstream-broken' });
  });

  it('is dropped when another attempt follows', async () => {
    const sent = failing();
    await sent.frame('kept');
    sent.flow({ type: 'discard' });
    expect(await sent.receipt()).toMatchObject({ status: null, problem: null });
    expect(sent.frames.map(({ type }) => type)).not.toContain('problem');
  });

  it('gives its reader the signs of life that a kept answer gives, and can be cancelled', async () => {
    const sent = failing();
    await sent.frame('kept');
    sent.flow({ type: 'hold', ms: 60_000 });
    expect((await sent.frame('accepted')).head).toMatchObject({ stage: 'kept' });
    client.cancel(sent.dispatch.executionId);
    expect(await sent.receipt()).toMatchObject({ problem: 'client-gone' });
  });

  it('is none that nobody wants to judge, nor one behind a head', async () => {
    for (const sent of [failing([]), failing(['upstream-unreachable'])])
      await expect(sent.answer()).rejects.toMatchObject({ slug: 'upstream-broken' });
    const late = client.send({ keepFailures, request: { url: `${upstream.url}/cut-body` } });
    await expect(late.answer()).rejects.toMatchObject({ slug: 'upstream-broken' });
    expect(late.frames.map(({ type }) => type)).not.toContain('kept');
  });
});

describe('a limit that an answer tells of', () => {
  const url = () => `${upstream.url}/headers?ratelimit=${encodeURIComponent('"default";r=3;t=9')}`;

  it('is in the receipt, in clear and in two numbers, and still in the answer', async () => {
    const sent = client.send({ learn: true, request: { url: url() } });
    expect((await sent.answer()).headers).toContainEqual(['ratelimit', '"default";r=3;t=9']);
    expect((await sent.receipt()).limit).toEqual({ remaining: 3, resetMs: 9_000 });
  });

  it('is not looked for where nobody asks', async () => {
    const sent = client.send({ request: { url: url() } });
    await sent.answer();
    expect((await sent.receipt()).limit).toBeUndefined();
  });
});
