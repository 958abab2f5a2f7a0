import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  downloadBlocks,
  refusedPort,
  startDns,
  startFullBacklog,
  startListener,
  startUpstream,
  testCa,
  type Upstream,
} from '@pontage/fixtures';
import { resolveBy } from './connection/resolve-host.js';
import { Bench } from './testing/bench.js';
import type { WorkerClient } from './testing/worker-client.js';

describe('bad weather', () => {
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

  describe('the way there has a time of its own', () => {
    const connectMs = 300;
    const timedOut = (stage: string) => ({ slug: 'upstream-timed-out', facts: { stage } });

    it('resolve', async () => {
      await using dns = await startDns(() => 'silent');
      const waiting = await bench.clientOf({ connectMs, resolve: resolveBy(dns.address) });
      await expect(waiting.fetch({ request: { url: 'http://silent.test/' } })).rejects.toMatchObject(
        timedOut('resolve'),
      );
    });

    it('connect', async () => {
      await using full = await startFullBacklog();
      const waiting = await bench.clientOf({ connectMs });
      await expect(waiting.fetch({ request: { url: `http://127.0.0.1:${full.port}/` } })).rejects.toMatchObject(
        timedOut('connect'),
      );
    });

    it('tls', async () => {
      await using silent = await startListener();
      const waiting = await bench.clientOf({ connectMs });
      await expect(waiting.fetch({ request: { url: `https://127.0.0.1:${silent.port}/` } })).rejects.toMatchObject(
        timedOut('tls'),
      );
    });
  });

  it('an upstream that falls silent in the middle of its answer is not waited for until the time is over', async () => {
    const impatient = await bench.clientOf({ bodyIdleMs: 500 });
    const sent = impatient.send({ remainingMs: 60_000, request: { url: `${upstream.url}/slow-body?ms=50000` } });
    await expect(sent.answer()).rejects.toMatchObject({ slug: 'upstream-timed-out', facts: { stage: 'body' } });
    expect(sent.bytes).toBe('piece 3\n'.length);
  });

  it('a reader that takes its time is no silence of the upstream', async () => {
    const impatient = await bench.clientOf({ bodyIdleMs: 500 });
    const sent = impatient.send(
      { remainingMs: 30_000, window: 100_000, request: { url: `${upstream.url}/download?bytes=4000000` } },
      { grants: false },
    );
    // Two signs of life: more than a second.
    await sent.until(() => (sent.frames.filter(({ type }) => type === 'accepted').length >= 2 ? true : undefined));
    sent.grant(4_000_000);
    expect((await sent.answer()).bytes).toBe(4_000_000);
  });

  it('interim answers are passed over, but not without end', async () => {
    const few = await client.fetch({ request: { url: `${upstream.url}/interim?count=16` } });
    expect([few.status, few.body.toString()]).toEqual([200, 'at last']);
    await expect(client.fetch({ request: { url: `${upstream.url}/interim?count=17` } })).rejects.toMatchObject({
      slug: 'upstream-broken',
      facts: { stage: 'head' },
      detail: 'More than 16 interim answers (1xx) came in place of one.',
    });
  });

  it('a head of an answer may be long, but not without end', async () => {
    const long = await client.fetch({ request: { url: `${upstream.url}/headers?x-long=${'x'.repeat(8_000)}` } });
    expect(long.status).toBe(200);
    await expect(client.fetch({ request: { url: `${upstream.url}/huge-head` } })).rejects.toMatchObject({
      slug: 'upstream-broken',
      detail: 'The head of the answer is larger than 64 KB.',
    });
  });

  describe('the time that is left is for everything', () => {
    const timedOut = (stage: string) => ({ slug: 'upstream-timed-out', facts: { stage } });

    it('resolve', async () => {
      await using dns = await startDns(() => 'silent');
      const waiting = await bench.clientOf({ resolve: resolveBy(dns.address) });
      await expect(waiting.fetch({ remainingMs: 300, request: { url: 'http://silent.test/' } })).rejects.toMatchObject(
        timedOut('resolve'),
      );
    });

    it('connect', async () => {
      await using full = await startFullBacklog();
      await expect(
        client.fetch({ remainingMs: 300, request: { url: `http://127.0.0.1:${full.port}/` } }),
      ).rejects.toMatchObject(timedOut('connect'));
    });

    it('tls', async () => {
      await using silent = await startListener();
      await expect(
        client.fetch({ remainingMs: 300, request: { url: `https://127.0.0.1:${silent.port}/` } }),
      ).rejects.toMatchObject(timedOut('tls'));
    });

    it('request', async () => {
      const request = {
        method: 'POST',
        url: `${upstream.url}/reads-nothing`,
        body: { kind: 'pulled', bytes: null },
      } as const;
      const answer = client.fetch({ remainingMs: 700, request }, { upload: downloadBlocks(100 * 1024 * 1024) });
      await expect(answer).rejects.toMatchObject(timedOut('request'));
    });

    it('head', async () => {
      await expect(
        client.fetch({ remainingMs: 300, request: { url: `${upstream.url}/slow-head?ms=5000` } }),
      ).rejects.toMatchObject(timedOut('head'));
    });

    it('body', async () => {
      const sent = client.send({ remainingMs: 600, request: { url: `${upstream.url}/slow-body?ms=5000` } });
      await expect(sent.answer()).rejects.toMatchObject(timedOut('body'));
      expect(sent.bytes).toBe('piece 3\n'.length);
    });

    it('and nothing of it is left open', async () => {
      await using slow = await startUpstream();
      await expect(client.fetch({ remainingMs: 300, request: { url: `${slow.url}/silent` } })).rejects.toMatchObject(
        timedOut('head'),
      );
      await slow.quiet();
    });
  });

  it('a name without an address', async () => {
    await using dns = await startDns(() => undefined);
    const unknown = await bench.clientOf({ resolve: resolveBy(dns.address) });
    await expect(unknown.fetch({ request: { url: 'http://nowhere.test/' } })).rejects.toMatchObject({
      slug: 'upstream-unreachable',
      facts: { stage: 'resolve' },
    });
  });

  it('a port that refuses, and another address of the same name that does not', async () => {
    const refused = client.fetch({ request: { url: `http://127.0.0.1:${await refusedPort()}/` } });
    await expect(refused).rejects.toMatchObject({
      slug: 'upstream-unreachable',
      detail: 'The connection was refused.',
      facts: { stage: 'connect' },
    });
    await using dns = await startDns(({ type }) => (type === 'A' ? ['127.0.0.9', '127.0.0.1'] : []));
    const two = await bench.clientOf({ resolve: resolveBy(dns.address) });
    expect((await two.fetch({ request: { url: `http://two.test:${upstream.port}/status/200` } })).status).toBe(200);
  });

  it.each([
    ['cut-head', 'head'],
    ['garbage', 'head'],
    ['hangup', 'head'],
    ['reset', 'head'],
    ['huge-head', 'head'],
    ['cut-body', 'body'],
    ['cut-chunks', 'body'],
  ])('%s breaks the %s', async (behaviour, stage) => {
    const sent = client.send({ request: { url: `${upstream.url}/${behaviour}` } });
    await expect(sent.answer()).rejects.toMatchObject({ slug: 'upstream-broken', facts: { stage } });
    expect(await sent.receipt()).toMatchObject({ problem: 'upstream-broken' });
  });

  it('a server that speaks first, and not HTTP', async () => {
    await using ssh = await startListener({ greet: 'SSH-2.0-OpenSSH_9.2p1\r\n' });
    await expect(client.fetch({ request: { url: `http://127.0.0.1:${ssh.port}/` } })).rejects.toMatchObject({
      slug: 'upstream-broken',
    });
  });

  describe('TLS', () => {
    it('is trusted for the name and for the address in the URL', async () => {
      await using secure = await startUpstream({ certificate: 'localhost' });
      await using dns = await startDns(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
      const trusting = await bench.clientOf({ ca: [testCa()], resolve: resolveBy(dns.address) });
      expect((await trusting.fetch({ request: { url: `https://api.test:${secure.port}/status/200` } })).status).toBe(
        200,
      );
      expect((await trusting.fetch({ request: { url: `https://127.0.0.1:${secure.port}/status/200` } })).status).toBe(
        200,
      );
      expect((await trusting.fetch({ request: { url: `https://localhost:${secure.port}/status/200` } })).status).toBe(
        200,
      );
      await expect(
        trusting.fetch({ request: { url: `https://api.other.example:${secure.port}/status/200` } }),
      ).rejects.toMatchObject({
        slug: 'upstream-tls-failed',
        detail: 'The certificate is for another host. (TLS failed: ERR_TLS_CERT_ALTNAME_INVALID)',
      });
    });

    it.each(['self-signed', 'expired', 'other-host'] as const)('is refused to one that is %s', async (certificate) => {
      await using secure = await startUpstream({ certificate });
      const trusting = await bench.clientOf({ ca: [testCa()] });
      const answer = trusting.fetch({ request: { url: `https://127.0.0.1:${secure.port}/status/200` } });
      await expect(answer).rejects.toMatchObject({ slug: 'upstream-tls-failed', facts: { stage: 'tls' } });
      expect(secure.requests).toHaveLength(0);
    });

    it('is refused to an authority that nobody knows, to an old version, and to plain HTTP', async () => {
      await using secure = await startUpstream({ certificate: 'localhost' });
      await expect(client.fetch({ request: { url: `https://127.0.0.1:${secure.port}/` } })).rejects.toMatchObject({
        slug: 'upstream-tls-failed',
      });
      await using old = await startUpstream({ certificate: 'localhost', maxTlsVersion: 'TLSv1.1' });
      const trusting = await bench.clientOf({ ca: [testCa()] });
      await expect(trusting.fetch({ request: { url: `https://127.0.0.1:${old.port}/` } })).rejects.toMatchObject({
        slug: 'upstream-tls-failed',
      });
      await expect(client.fetch({ request: { url: `https://127.0.0.1:${upstream.port}/` } })).rejects.toMatchObject({
        slug: 'upstream-tls-failed',
      });
    });
  });
});
