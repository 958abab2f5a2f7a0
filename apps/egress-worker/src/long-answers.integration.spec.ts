import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import type { Stack } from '@pontage/testkit';
import { Bench } from './testing/bench.js';
import type { WorkerClient } from './testing/worker-client.js';

const streamBytes = 3_000_000;

describe('a long answer to a gateway on the same machine', () => {
  let bench: Bench;
  let upstream: Upstream;
  let client: WorkerClient;
  let directory: string;
  /** Messages on the bus for the gateway's bulk inboxes. */
  let chunksOnBus = 0;
  let operator: Awaited<ReturnType<Stack['operator']>>;
  /** How many have crossed it by now. */
  const crossed = async (): Promise<number> => {
    await operator.flush();
    return chunksOnBus;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pontage-bulk-'));
    [bench, upstream] = await Promise.all([Bench.open(), startUpstream()]);
    client = await bench.clientOf({ bulkDirectory: directory });
    operator = await bench.stack.operator();
    operator.subscribe('_INBOX.gateway.*.b.*', { callback: () => void (chunksOnBus += 1) });
    await operator.flush();
  });
  afterAll(async () => {
    await bench.stop();
    await upstream.stop();
    await rm(directory, { recursive: true });
  });
  beforeEach(() => {
    chunksOnBus = 0;
  });

  const download = async (seals: boolean) => {
    const sent = client.send({ seals, request: { url: `${upstream.url}/download?bytes=${streamBytes}` } });
    const answer = await sent.answer();
    return { sent, answer };
  };

  it('comes whole while the way is being opened, and then does without the bus', async () => {
    const first = await download(false);
    expect(first.answer.bytes).toBe(streamBytes);
    await crossed();
    chunksOnBus = 0;
    const second = await download(false);
    expect(second.answer.bytes).toBe(streamBytes);
    expect(second.answer.body.equals(first.answer.body)).toBe(true);
    expect(second.answer.frames.filter((type) => type === 'chunk').length).toBeGreaterThan(10);
    expect(await crossed()).toBe(0);
  });

  it('is sealed there as well when its reader wants it sealed', async () => {
    const { sent, answer } = await download(true);
    expect(answer.bytes).toBe(streamBytes);
    expect(sent.sealed.filter((_, index) => sent.frames[index]?.type === 'chunk')).not.toContain(false);
    expect(await crossed()).toBe(0);
  });

  it('comes over the bus where the gateway is on another machine', async () => {
    const { client: far } = await bench.workerAndClient();
    const answer = await far.fetch({ request: { url: `${upstream.url}/download?bytes=${streamBytes}` } });
    expect(answer.bytes).toBe(streamBytes);
    expect(await crossed()).toBeGreaterThan(10);
  });
});
