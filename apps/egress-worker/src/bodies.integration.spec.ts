import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { downloadBlocks, startUpstream, type Upstream } from '@pontage/fixtures';
import { Bench } from './testing/bench.js';
import type { WorkerClient } from './testing/worker-client.js';

const megabyte = 1024 * 1024;

describe('bodies', () => {
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

  const sha256 = (blocks: Iterable<Uint8Array>): string => {
    const hash = createHash('sha256');
    for (const block of blocks) hash.update(block);
    return hash.digest('hex');
  };

  it.each([
    [0, ['whole']],
    [1, ['whole']],
    [64 * 1024, ['whole']],
  ])('of %i bytes come as one frame', async (bytes, frames) => {
    const answer = await client.fetch({ request: { url: `${upstream.url}/download?bytes=${bytes}` } });
    expect(answer.body.equals(Buffer.concat([...downloadBlocks(bytes)]))).toBe(true);
    // A busy machine may take longer than one frame waits for.
    expect([frames, ['head', 'end'], ['head', 'chunk', 'end']]).toContainEqual(answer.frames);
  });

  it.each([64 * 1024 + 1, 1_000_000, 3_500_000])(
    'of %i bytes come as a head and chunks in order, whole',
    async (bytes) => {
      const sent = client.send({ request: { url: `${upstream.url}/download?bytes=${bytes}&length=0` } });
      const answer = await sent.answer();
      expect(answer.bytes).toBe(bytes);
      expect(answer.body.equals(Buffer.concat([...downloadBlocks(bytes)]))).toBe(true);
      const chunks = sent.frames.filter((frame) => frame.type === 'chunk');
      expect(chunks.map(({ sequence }) => sequence)).toEqual(chunks.map((_, index) => index));
      expect(await sent.receipt()).toMatchObject({ status: 200, problem: null, bytes });
    },
  );

  it('wait when the reader does: no byte more than was granted', async () => {
    const sent = client.send(
      { window: 300_000, remainingMs: 20_000, request: { url: `${upstream.url}/download?bytes=${20 * megabyte}` } },
      { grants: false },
    );
    const beatAfter = (bytes: number) =>
      sent.until(() => {
        const at = sent.frames.findLastIndex(({ type }) => type === 'chunk' || type === 'head');
        return sent.bytes >= bytes &&
          sent.frames.slice(at).some((frame) => frame.type === 'accepted' && frame.head.stage === 'body')
          ? true
          : undefined;
      });
    await beatAfter(300_000);
    expect(sent.bytes).toBe(300_000);
    sent.grant(1_000_000);
    await beatAfter(1_300_000);
    expect(sent.bytes).toBe(1_300_000);
    client.cancel(sent.dispatch.executionId);
    await sent.receipt();
  });

  it('of 100 MB pass in pieces, both ways', async () => {
    const bytes = 100 * megabyte;
    const blocks = downloadBlocks(bytes);
    const up = await client.fetch(
      {
        remainingMs: 120_000,
        request: { method: 'POST', url: `${upstream.url}/upload`, body: { kind: 'pulled', bytes } },
      },
      { upload: blocks },
    );
    expect(JSON.parse(up.body.toString())).toEqual({ bytes, sha256: sha256(downloadBlocks(bytes)), complete: true });
    const down = await client.fetch({
      remainingMs: 120_000,
      request: { url: `${upstream.url}/download?bytes=${bytes}` },
    });
    expect(down.bytes).toBe(bytes);
  });

  it('of requests without a known length go chunked', async () => {
    const upload = [Buffer.from('abc'), Buffer.from('def')][Symbol.iterator]();
    await client.fetch(
      { request: { method: 'PUT', url: `${upstream.url}/echo?chunked`, body: { kind: 'pulled', bytes: null } } },
      { upload },
    );
    const request = await upstream.received(({ target, complete }) => target === '/echo?chunked' && complete);
    expect(request.body.toString()).toBe('abcdef');
    expect(request.headers).toContainEqual(['transfer-encoding', 'chunked']);
  });

  it('that the upstream does not want to the end do not spoil its answer', async () => {
    const upload = downloadBlocks(20 * megabyte);
    const answer = await client.fetch(
      { request: { method: 'POST', url: `${upstream.url}/early-answer`, body: { kind: 'pulled', bytes: null } } },
      { upload },
    );
    expect(answer).toMatchObject({ status: 413 });
    expect(answer.body.toString()).toBe('too much');
  });

  it('that are too large by their own account are refused before they begin', async () => {
    const sent = client.send({ maxResponseBytes: 1000, request: { url: `${upstream.url}/download?bytes=1001` } });
    await expect(sent.answer()).rejects.toMatchObject({ slug: 'response-too-large', facts: { limitBytes: 1000 } });
    expect(sent.frames.map(({ type }) => type)).not.toContain('head');
    expect(
      (await client.fetch({ maxResponseBytes: 1000, request: { url: `${upstream.url}/download?bytes=1000` } })).bytes,
    ).toBe(1000);
  });

  it('that never end are cut at the limit, and the connection with them', async () => {
    await using endless = await startUpstream();
    const answer = client.fetch({ maxResponseBytes: megabyte, request: { url: `${endless.url}/endless` } });
    await expect(answer).rejects.toMatchObject({ slug: 'response-too-large' });
    await endless.quiet();
  });
});

describe('decoding', () => {
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

  it.each(['gzip', 'x-gzip', 'deflate', 'deflate-raw', 'br', 'gzip/br', 'br/gzip', 'deflate/gzip/br', 'gzip/identity'])(
    'undoes %s',
    async (codings) => {
      const answer = await client.fetch({
        decode: true,
        request: { url: `${upstream.url}/encoded/${codings}?bytes=300000` },
      });
      expect(answer.body.equals(Buffer.alloc(300_000, 'abcdefgh'))).toBe(true);
      expect(answer.bytes).toBe(300_000);
      expect(answer.headers.map(([name]) => name)).toEqual(
        expect.not.arrayContaining(['content-encoding', 'content-length']),
      );
    },
  );

  it('leaves bodies alone when it is not asked for', async () => {
    const answer = await client.fetch({ request: { url: `${upstream.url}/encoded/gzip?bytes=300000` } });
    expect(answer.body.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(answer.headers).toContainEqual(['content-encoding', 'gzip']);
  });

  it('leaves the head of a HEAD alone', async () => {
    const answer = await client.fetch({
      decode: true,
      request: { method: 'HEAD', url: `${upstream.url}/encoded/gzip` },
    });
    expect(answer.headers).toContainEqual(['content-encoding', 'gzip']);
  });

  it.each(['zstd', 'compress', 'gzip, nonsense', 'gzip, gzip, gzip, gzip'])('refuses %j', async (label) => {
    const answer = client.fetch({
      decode: true,
      request: { url: `${upstream.url}/encoded/identity?label=${encodeURIComponent(label)}` },
    });
    await expect(answer).rejects.toMatchObject({ slug: 'upstream-broken', facts: { stage: 'body' } });
  });

  it.each(['gzip', 'deflate', 'br'])('says so when the body is no %s', async (label) => {
    const answer = client.fetch({ decode: true, request: { url: `${upstream.url}/encoded/identity?label=${label}` } });
    await expect(answer).rejects.toMatchObject({ slug: 'upstream-broken', facts: { stage: 'body' } });
  });

  it('cuts a bomb that is hollow: large between its codings, and empty within', async () => {
    const request = { url: `${upstream.url}/hollow?bytes=${20 * megabyte}` };
    await expect(client.fetch({ decode: true, maxResponseBytes: megabyte, request })).rejects.toMatchObject({
      slug: 'response-too-large',
    });
  });

  it.each(['gzip', 'deflate', 'br', 'gzip/gzip'])('cuts a bomb of %s at the expanded limit', async (codings) => {
    const sent = client.send({
      decode: true,
      maxResponseBytes: 2 * megabyte,
      request: { url: `${upstream.url}/bomb/${codings}?bytes=${512 * megabyte}` },
    });
    await expect(sent.answer()).rejects.toMatchObject({ slug: 'response-too-large' });
    expect(sent.bytes).toBeLessThanOrEqual(2 * megabyte);
  });
});
