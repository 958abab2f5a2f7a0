import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { Bench } from './testing/bench.js';
import type { WorkerClient } from './testing/worker-client.js';

describe('a worker', () => {
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

  it('answers a small request with one frame', async () => {
    const answer = await client.fetch({ request: { url: `${upstream.url}/status/201?body=hello` } });
    expect(answer).toMatchObject({ status: 201, bytes: 5, frames: ['whole'] });
    expect(answer.body.toString()).toBe('hello');
  });

  it('sends path, query and headers byte for byte, and nothing of its own but Host and Connection', async () => {
    const path = "/echo/%2Fa/b;c=1?x=%20&x=[1]&y='z'";
    await client.fetch({
      request: {
        url: `${upstream.url}${path}`,
        headers: [
          ['X-B', '1'],
          ['x-a', 'ü'],
          ['X-B', '2'],
          ['Connection', 'x-hop'],
          ['X-Hop', 'no'],
          ['Host', 'evil.test'],
          ['Expect', '100-continue'],
        ],
      },
    });
    const request = await upstream.received(({ target }) => target === path);
    expect(request.headers).toEqual([
      ['host', `127.0.0.1:${upstream.port}`],
      ['connection', 'keep-alive'],
      ['X-B', '1'],
      ['x-a', 'ü'],
      ['X-B', '2'],
    ]);
  });

  it('passes header lines on in order, with duplicates, without those of the connection', async () => {
    const { headers } = await client.fetch({
      request: { url: `${upstream.url}/headers?Set-Cookie=a%3D1&X-Y=%C3%BC&Set-Cookie=b%3D2&Keep-Alive=timeout%3D9` },
    });
    expect(headers.slice(0, 3)).toEqual([
      ['Set-Cookie', 'a=1'],
      ['X-Y', 'ü'],
      ['Set-Cookie', 'b=2'],
    ]);
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('keep-alive');
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('connection');
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('transfer-encoding');
  });

  it('sends inline bodies with their length', async () => {
    const body = Buffer.from('{"a":1}');
    const answer = await client.fetch(
      {
        request: {
          method: 'PUT',
          url: `${upstream.url}/echo`,
          headers: [
            ['Content-Type', 'application/json'],
            ['Content-Length', '99'],
          ],
          body: { kind: 'inline' },
        },
      },
      { body },
    );
    const echo = JSON.parse(answer.body.toString()) as { body: string; headers: [string, string][] };
    expect(Buffer.from(echo.body, 'base64')).toEqual(body);
    expect(echo.headers.filter(([name]) => name === 'content-length')).toEqual([['content-length', '7']]);
  });

  it.each([204, 304])('answers %i, which has no body', async (status) => {
    expect(await client.fetch({ request: { url: `${upstream.url}/status/${status}` } })).toMatchObject({
      status,
      bytes: 0,
      frames: ['whole'],
    });
  });

  it('answers HEAD with the length that GET would have', async () => {
    const answer = await client.fetch({
      request: { method: 'HEAD', url: `${upstream.url}/download?bytes=5000000000` },
    });
    expect(answer).toMatchObject({ status: 200, bytes: 0, frames: ['whole'] });
    expect(answer.headers).toContainEqual(['content-length', '5000000000']);
  });

  it('uses a connection again, and only for the same organisation', async () => {
    const org = (digit: string) => `${digit.repeat(8)}-1111-4111-8111-111111111111`;
    const before = upstream.connections.made;
    for (const each of ['2', '2', '2', '3', '3'])
      await client.fetch({ org: org(each), request: { url: `${upstream.url}/status/200` } });
    expect(upstream.connections.made - before).toBe(2);
  });

  it('sends a request again that met a connection the upstream had closed, but only a safe one', async () => {
    const org = '44444444-1111-4111-8111-111111111111';
    await client.fetch({ org, request: { url: `${upstream.url}/status/200` } });
    // The next request on this connection is hung up on; sent afresh it is, too: a problem, after two tries.
    upstream.forget();
    await expect(client.fetch({ org, request: { url: `${upstream.url}/hangup` } })).rejects.toMatchObject({
      slug: 'upstream-broken',
      facts: { stage: 'head' },
    });
    expect(upstream.requests).toHaveLength(2);
    await client.fetch({ org, request: { url: `${upstream.url}/status/200` } });
    upstream.forget();
    await expect(
      client.fetch({ org, request: { method: 'POST', url: `${upstream.url}/hangup` } }),
    ).rejects.toMatchObject({ slug: 'upstream-broken' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('refuses a dispatch that could not be one HTTP message', async () => {
    upstream.forget();
    const injected = client.fetch({ request: { url: `${upstream.url}/echo`, headers: [['X-A', 'b\r\nX-C: d']] } });
    await expect(injected).rejects.toMatchObject({ slug: 'invalid-request' });
    const method = client.fetch({ request: { method: 'GET /x HTTP/1.1\r\nA: b', url: `${upstream.url}/echo` } });
    await expect(method).rejects.toMatchObject({ slug: 'invalid-request' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('announces what it holds', async () => {
    const sent = client.send({ request: { url: `${upstream.url}/slow-head?ms=60000` } });
    const record = await client.proxy.presence.until(() => {
      const found = client.proxy.presence.find('egress-worker', client.worker);
      return found?.inflight === 1 ? found : undefined;
    }, 5_000);
    expect(record).toMatchObject({ capacity: 256, draining: false, outboundIps: ['192.0.2.1'] });
    client.cancel(sent.dispatch.executionId);
    await sent.receipt();
  });
});
