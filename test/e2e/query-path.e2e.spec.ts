import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { downloadBlocks, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';

let upstream: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

async function newResource(settings: Record<string, unknown> = {}): Promise<string> {
  const name = `r-${randomUUID().slice(0, 8)}`;
  const response = await pontage.fetch('/api/v1/resources', {
    method: 'POST',
    json: { name, baseUrl: upstream.url, ...settings },
  });
  if (response.status !== 201) throw new Error(await response.text());
  return name;
}

/** An answer of `/query`, or a problem. */
interface Answer {
  readonly status: number;
  readonly region?: string;
  readonly body?: unknown;
  readonly code?: string;
  readonly stage?: string;
}

const query = async (resource: string, body: Record<string, unknown>) => {
  const response = await pontage.fetch(`/api/v1/resources/${resource}/query`, { method: 'POST', json: body });
  return { status: response.status, json: (await response.json()) as Answer };
};

interface CallOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

/** The gateway with Node's own client, which sends exactly what it is told. */
function call(
  path: string,
  options: CallOptions = {},
  write?: (request: ClientRequest) => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      new URL(path, pontage.url),
      {
        method: options.method ?? 'GET',
        headers: { authorization: `Bearer ${pontage.adminToken}`, ...options.headers },
      },
      resolve,
    );
    sent.on('error', reject);
    if (write === undefined) sent.end();
    else write(sent);
  });
}

const proxy = (path: string, options?: CallOptions, write?: (request: ClientRequest) => void) =>
  call(`/proxy/${path}`, options, write);

const textOf = async (message: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
};

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

describe('an ad-hoc query', () => {
  it.each(['us-west-2', 'eu-central-1'])('leaves from the region of its resource: %s', async (region) => {
    const { status, json } = await query(await newResource({ region }), {
      path: '/echo',
      urlParams: [
        ['a', '1'],
        ['a', '2'],
      ],
    });
    expect([status, json.status, json.region]).toEqual([200, 200, region]);
    expect(json.body).toMatchObject({ method: 'GET', target: '/echo?a=1&a=2' });
  });

  it.each([
    ['bearer', { method: 'bearer', token: 'b3arer-t0ken' }, '/auth/bearer'],
    ['basic', { method: 'basic', username: 'aladdin', password: 'open sesame' }, '/auth/basic'],
    ['api-key', { method: 'api-key', in: 'header', name: 'X-Api-Key', value: 'k3y-value' }, '/auth/api-key?in=header'],
    ['api-key', { method: 'api-key', in: 'query', name: 'X-Api-Key', value: 'k3y-value' }, '/auth/api-key?in=query'],
    ['api-key', { method: 'api-key', in: 'cookie', name: 'X-Api-Key', value: 'k3y-value' }, '/auth/api-key?in=cookie'],
  ])('carries %s', async (_, authentication, path) => {
    const { json } = await query(await newResource({ authentication }), { path });
    expect(json).toMatchObject({ status: 200, body: { authenticated: true } });
  });

  it("hands the upstream's own 4xx and 5xx on as data", async () => {
    const { status, json } = await query(await newResource(), { path: '/status/503?body=oops' });
    expect([status, json.status, json.body]).toEqual([200, 503, 'oops']);
  });

  it.each([
    ['/cut-head', 502, 'upstream-broken'],
    ['/garbage', 502, 'upstream-broken'],
    ['/hangup', 502, 'upstream-broken'],
    ['/loop', 502, 'too-many-redirects'],
    ['/redirect?to=http://169.254.169.254/', 403, 'destination-denied'],
    ['/bomb/gzip?bytes=50000000', 502, 'response-too-large'],
  ])('says what went wrong at %s', async (path, status, code) => {
    const answer = await query(await newResource(), { path });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('times out with the stage', async () => {
    const { status, json } = await query(await newResource({ timeoutMs: 300 }), { path: '/slow-head?ms=5000' });
    expect([status, json.code, json.stage]).toEqual([504, 'upstream-timed-out', 'head']);
  });

  it('refuses addresses that are not public, and reaches none of them', async () => {
    for (const baseUrl of [
      'http://10.0.0.1',
      'http://127.0.0.1:1',
      'http://[::1]:1',
      'http://2130706433:1',
      'http://0x7f.1:1',
      'http://[::ffff:127.0.0.1]:1',
      'http://169.254.169.254',
    ]) {
      const created = await pontage.fetch('/api/v1/resources', {
        method: 'POST',
        json: { name: `d-${randomUUID().slice(0, 8)}`, baseUrl },
      });
      const { id } = (await created.json()) as { id: string };
      const { status, json } = await query(id, {});
      expect([baseUrl, status, json.code]).toEqual([baseUrl, 403, 'destination-denied']);
    }
  });

  it('tells at once that a region has no worker', async () => {
    const before = performance.now();
    const response = await pontage.fetch('/api/v1/resources', {
      method: 'POST',
      json: { name: `n-${randomUUID().slice(0, 8)}`, baseUrl: upstream.url, region: 'ap-southeast-1' },
    });
    expect(((await response.json()) as { code: string }).code).toBe('unknown-region');
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('carries a body of 5 MB, which is more than one message, and refuses one beyond its limit', async () => {
    const value = 'x'.repeat(5_000_000);
    const resource = await newResource();
    const { json } = await query(resource, { method: 'POST', path: '/upload', body: { type: 'raw', value } });
    expect(json.body).toMatchObject({ bytes: 5_000_000, complete: true });
    // The length alone is enough to refuse it: nothing is sent, so nothing is cut.
    const headers = { 'content-type': 'application/json', 'content-length': '20000000' };
    const refused = await call(`/api/v1/resources/${resource}/query`, { method: 'POST', headers }, (request) =>
      request.flushHeaders(),
    );
    expect([refused.statusCode, JSON.parse(await textOf(refused))]).toMatchObject([413, { code: 'body-too-large' }]);
    // JSON text may be longer than the bytes that it stands for; these are too many all the same.
    const upload = { method: 'POST', path: '/upload', body: { type: 'raw', value: 'x'.repeat(11_000_000) } };
    const beyond = await query(resource, upload);
    expect([beyond.status, beyond.json.code]).toEqual([413, 'body-too-large']);
    const large = await query(resource, { path: '/download?bytes=12000000' });
    expect([large.status, large.json.code]).toEqual([502, 'response-too-large']);
  });
});

describe('/proxy', () => {
  it('passes method, path, query and headers on, and keeps ours to itself', async () => {
    const resource = await newResource({ authentication: { method: 'bearer', token: 'b3arer-t0ken' } });
    const answer = await proxy(`${resource}/echo/a%2Fb?x=1&x=%20`, {
      method: 'DELETE',
      headers: { 'x-mine': 'yes', cookie: 'a=1', 'pontage-timeout-ms': '5000' },
    });
    const seen = JSON.parse(await textOf(answer)) as { method: string; target: string; headers: [string, string][] };
    const valueOf = (wanted: string) => seen.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
    expect([seen.method, seen.target]).toEqual(['DELETE', '/echo/a%2Fb?x=1&x=%20']);
    expect(valueOf('authorization')).toBe('Bearer b3arer-t0ken');
    expect(valueOf('x-mine')).toBe('yes');
    expect(seen.headers.filter(([name]) => /^(cookie|pontage-|x-forwarded)/i.test(name))).toEqual([]);
    expect(answer.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
  });

  it('takes a target in absolute form for what it names', async () => {
    const { hostname, port } = new URL(pontage.url);
    const path = `http://pontage.example/proxy/${await newResource()}/echo/a?x=1`;
    const headers = { authorization: `Bearer ${pontage.adminToken}` };
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      httpRequest({ hostname, port, path, headers }, resolve).on('error', reject).end(),
    );
    expect(JSON.parse(await textOf(answer))).toMatchObject({ target: '/echo/a?x=1' });
  });

  it('renames cookies and request ids, and drops what could act on our origin', async () => {
    const query = 'set-cookie=a%3D1&clear-site-data=%22*%22&x-a=1&x-request-id=theirs';
    const answer = await proxy(`${await newResource()}/headers?${query}`, { headers: { 'x-request-id': 'mine' } });
    expect([answer.headers['x-request-id'], answer.headers['pontage-upstream-request-id']]).toEqual(['mine', 'theirs']);
    expect([
      answer.headers['set-cookie'],
      answer.headers['clear-site-data'],
      answer.headers['pontage-set-cookie'],
      answer.headers['x-a'],
    ]).toEqual([undefined, undefined, 'a=1', '1']);
  });

  it('marks a failure of ours', async () => {
    const answer = await proxy(`${await newResource()}/hangup`);
    expect([answer.statusCode, answer.headers['pontage-problem'], answer.headers['content-type']]).toEqual([
      502,
      'upstream-broken',
      'application/problem+json',
    ]);
  });

  it('passes a trickling body on as it comes', async () => {
    const answer = await proxy(`${await newResource({ timeoutMs: 20_000 })}/slow-body?ms=700&pieces=3`);
    const arrivals: number[] = [];
    for await (const _ of answer) arrivals.push(performance.now());
    expect(arrivals.length).toBeGreaterThanOrEqual(3);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(1_000);
  });

  it('says so when the upstream breaks off before anything was passed on', async () => {
    const answer = await proxy(`${await newResource()}/cut-body`);
    expect([answer.statusCode, answer.headers['pontage-problem']]).toEqual([502, 'upstream-broken']);
  });

  it('aborts the upstream request when the caller goes away', async () => {
    const resource = await newResource({ timeoutMs: 60_000 });
    const answer = await proxy(`${resource}/endless`);
    answer.destroy();
    await upstream.quiet();
  });

  it('carries 100 MB in either direction while no process holds more than a few of them', async () => {
    const resource = await newResource({ timeoutMs: 120_000 });
    const total = 100 * 1024 * 1024;
    await textOf(await proxy(`${resource}/download?bytes=1000000`));
    const { processes } = pontage.processes();
    const before = processes.map(({ pid }) => residentBytes(pid));
    let peak = 0;
    const watch = setInterval(() => {
      processes.forEach(({ pid }, index) => (peak = Math.max(peak, residentBytes(pid) - (before[index] ?? 0))));
    }, 20);

    const hash = createHash('sha256');
    let received = 0;
    for await (const part of await proxy(`${resource}/download?bytes=${total}`)) {
      hash.update(part as Buffer);
      received += (part as Buffer).length;
    }
    const wanted = createHash('sha256');
    for (const block of downloadBlocks(total)) wanted.update(block);
    expect([received, hash.digest('hex')]).toEqual([total, wanted.digest('hex')]);

    const sent = createHash('sha256');
    const answer = await proxy(
      `${resource}/upload`,
      { method: 'POST', headers: { 'content-length': String(total) } },
      (request) => {
        const block = randomBytes(1024 * 1024);
        let left = total / block.length;
        const more = () => {
          while (left > 0) {
            left -= 1;
            sent.update(block);
            if (!request.write(block)) return void request.once('drain', more);
          }
          request.end();
        };
        more();
      },
    );
    expect(JSON.parse(await textOf(answer))).toEqual({ bytes: total, sha256: sent.digest('hex'), complete: true });
    clearInterval(watch);
    console.log(`100 MB each way: no process grew by more than ${(peak / 1024 / 1024).toFixed(1)} MB`);
    expect(peak).toBeLessThan(48 * 1024 * 1024);
  }, 120_000);

  it('refuses a body beyond the limit with 413', async () => {
    const answer = await proxy(`${await newResource()}/upload`, {
      method: 'POST',
      headers: { 'content-length': String(300 * 1024 * 1024) },
    });
    expect([answer.statusCode, answer.headers['pontage-problem']]).toEqual([413, 'body-too-large']);
    answer.destroy();
  });
});
