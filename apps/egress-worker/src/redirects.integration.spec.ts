import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type ReceivedRequest, type Upstream } from '@pontage/fixtures';
import { Bench } from './testing/bench.js';
import type { Request, WorkerClient } from './testing/worker-client.js';

describe('redirects', () => {
  let bench: Bench;
  let upstream: Upstream;
  let other: Upstream;
  let client: WorkerClient;
  beforeAll(async () => {
    [bench, upstream, other] = await Promise.all([Bench.open(), startUpstream(), startUpstream()]);
    client = await bench.clientOf();
  });
  afterAll(async () => {
    await bench.stop();
    await Promise.all([upstream.stop(), other.stop()]);
  });

  const secrets: [string, string][] = [
    ['Authorization', 'Bearer s3cret'],
    ['Cookie', 'a=s3cret'],
    ['X-API-Key', 's3cret'],
    ['X-Custom-Auth', 's3cret'],
    ['X-Amz-Security-Token', 's3cret'],
    ['Accept', 'text/plain'],
  ];
  const credential = { headers: ['authorization', 'x-custom-auth'], queryParams: ['api_key'] };
  const dispatchTo = (to: string, status: number, rest: Partial<Request['request']> = {}): Request => ({
    credential,
    request: {
      url: `${upstream.url}/redirect?status=${status}&to=${encodeURIComponent(to)}&api_key=s3cret`,
      headers: secrets,
      ...rest,
    },
  });
  const namesOf = ({ headers }: ReceivedRequest): string[] => headers.map(([name]) => name.toLowerCase());

  it('are followed up to the limit', async () => {
    const answer = await client.fetch({ maxRedirects: 4, request: { url: `${upstream.url}/chain/4` } });
    expect(answer.body.toString()).toBe('arrived');
    await expect(client.fetch({ maxRedirects: 3, request: { url: `${upstream.url}/chain/4` } })).rejects.toMatchObject({
      slug: 'too-many-redirects',
      facts: { limit: 3 },
    });
  });

  it('that go round in circles end', async () => {
    upstream.forget();
    await expect(client.fetch({ maxRedirects: 5, request: { url: `${upstream.url}/loop` } })).rejects.toMatchObject({
      slug: 'too-many-redirects',
    });
    expect(upstream.requests).toHaveLength(6);
  });

  it('are answers when none is to be followed', async () => {
    const answer = await client.fetch({ maxRedirects: 0, request: { url: `${upstream.url}/chain/1` } });
    expect(answer).toMatchObject({ status: 302, frames: ['whole'] });
    expect(answer.headers).toContainEqual(['location', '/chain/0?']);
  });

  it.each([301, 302, 303, 307, 308])('with %i carry no credential to another origin', async (status) => {
    await client.fetch(dispatchTo(`${other.url}/echo?${status}&api_key=s3cret`, status));
    const request = await other.received(({ target }) => target.includes(`?${status}`));
    expect(JSON.stringify({ ...request, body: '' })).not.toContain('s3cret');
    expect(namesOf(request)).toEqual(['host', 'connection', 'accept']);
  });

  it('keep everything on the same origin', async () => {
    await client.fetch(dispatchTo('/echo?same', 302));
    const request = await upstream.received(({ target }) => target.startsWith('/echo?same'));
    expect(request.target).toBe('/echo?same&api_key=s3cret');
    expect(request.headers).toEqual(expect.arrayContaining(secrets));
  });

  it('do not bring credentials back after a detour', async () => {
    await client.fetch(dispatchTo(`${other.url}/redirect?to=${encodeURIComponent(`${upstream.url}/echo?back`)}`, 302));
    const request = await upstream.received(({ target }) => target.startsWith('/echo?back'));
    expect(JSON.stringify({ ...request, body: '' })).not.toContain('s3cret');
  });

  it.each([
    [301, 'GET', 0],
    [302, 'GET', 0],
    [303, 'GET', 0],
    [307, 'POST', 7],
    [308, 'POST', 7],
  ])('with %i of a POST send %s with %i bytes', async (status, method, bodyBytes) => {
    const body = Buffer.from('{"a":1}');
    await client.fetch(
      dispatchTo(`/echo?post${status}`, status, {
        method: 'POST',
        body: { kind: 'inline' },
        headers: [['Content-Type', 'application/json']],
      }),
      { body },
    );
    const request = await upstream.received(({ target }) => target.startsWith(`/echo?post${status}`));
    expect(request).toMatchObject({ method, bodyBytes });
    expect(namesOf(request).includes('content-type')).toBe(bodyBytes > 0);
  });

  it.each([307, 308])('with %i hand a body to no other origin: the answer goes on as it is', async (status) => {
    other.forget();
    const body = Buffer.from('client_secret=s3cret');
    const answer = await client.fetch(
      dispatchTo(`${other.url}/echo`, status, { method: 'POST', body: { kind: 'inline' } }),
      { body },
    );
    expect(answer.status).toBe(status);
    expect(other.connections.open === 0 || other.requests.length === 0).toBe(true);
    expect(other.requests).toHaveLength(0);
  });

  it('of a streamed body go on as they are, unless the body is not needed again', async () => {
    const pieces = (): Iterator<Uint8Array> => [Buffer.from('abc'), Buffer.from('def')][Symbol.iterator]();
    const request = { method: 'POST', body: { kind: 'pulled', bytes: 6 } } as const;
    const kept = await client.fetch(dispatchTo('/echo?streamed307', 307, request), { upload: pieces() });
    expect(kept.status).toBe(307);
    const followed = await client.fetch(dispatchTo('/echo?streamed303', 303, request), { upload: pieces() });
    expect(followed.status).toBe(200);
    expect(await upstream.received(({ target }) => target.startsWith('/echo?streamed303'))).toMatchObject({
      method: 'GET',
      bodyBytes: 0,
    });
  });
});
