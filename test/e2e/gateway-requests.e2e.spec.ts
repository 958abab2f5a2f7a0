import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';

let pontage: Pontage;

beforeAll(async () => void (pontage = await startPontage({ env: { PONTAGE_DEMO: '0' } })), 120_000);
afterAll(() => pontage?.stop(), 30_000);

describe('bad input', () => {
  it.each<[string, string, unknown, string]>([
    ['an unknown field', '/api/v1/apps', { name: 'x', colour: 'red' }, '/colour'],
    ['a wrong type', '/api/v1/apps', { name: 5 }, '/name'],
    ['a missing field', '/api/v1/apps', {}, '/name'],
    ['an unknown scope', '/api/v1/tokens', { name: 'x', scopes: ['root'] }, '/scopes/0'],
    ['a NUL', '/api/v1/apps', { name: 'a\u0000b' }, '/name'],
    ['half a surrogate pair', '/api/v1/apps', { name: 'a\ud800' }, '/name'],
    [
      'CR and LF in a header',
      '/api/v1/resources',
      { name: 'x', baseUrl: 'https://a.example', headers: [['X-A', 'a\r\nHost: evil']] },
      '/headers/0/1',
    ],
    [
      'a header of the framing',
      '/api/v1/resources',
      { name: 'x', baseUrl: 'https://a.example', headers: [['Transfer-Encoding', 'chunked']] },
      '/headers/0/0',
    ],
    ['a base URL with a password', '/api/v1/resources', { name: 'x', baseUrl: 'https://u:p@a.example' }, '/baseUrl'],
    ['a base URL with white space', '/api/v1/resources', { name: 'x', baseUrl: ' https://a.example' }, '/baseUrl'],
    ['a base URL that climbs', '/api/v1/resources', { name: 'x', baseUrl: 'https://a.example/b/../c' }, '/baseUrl'],
    ['a base URL with a backslash', '/api/v1/resources', { name: 'x', baseUrl: 'https://a\\@b.example' }, '/baseUrl'],
    ['a base URL that is none', '/api/v1/resources', { name: 'x', baseUrl: 'file:///etc/passwd' }, '/baseUrl'],
    ['a __proto__', '/api/v1/apps', JSON.parse('{"name":"x","__proto__":{"admin":true}}') as unknown, '/__proto__'],
  ])('is pointed at: %s', async (_, path, body, pointer) => {
    const { status, json } = await ask(pontage, 'POST', path, body);
    expect({ status, code: json.code, at: json.errors[0]?.pointer }).toEqual({
      status: 400,
      code: 'invalid-request',
      at: pointer,
    });
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['malformed JSON', '{"name":', {}, 400, 'invalid-request'],
    ['a list', '[]', {}, 400, 'invalid-request'],
    ['no body', '', {}, 400, 'invalid-request'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), {}, 400, 'invalid-request'],
    ['nesting without end', '['.repeat(5000), {}, 400, 'invalid-request'],
    ['a form', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['text', '{"name":"x"}', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a compressed body', '{"name":"x"}', { 'content-encoding': 'gzip' }, 415, 'unsupported-media-type'],
    ['too much', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), {}, 413, 'body-too-large'],
  ])('is refused: %s', async (_, body, headers, status, code) => {
    const answer = await pontage.fetch('/api/v1/apps', {
      method: 'POST',
      body: Buffer.from(body, 'latin1'),
      headers: { 'content-type': 'application/json', ...headers },
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'nothing=1', 'cursor=%00'])(
    'is pointed at in the query: %s',
    async (query) => {
      const { status, json } = await ask(pontage, 'GET', `/api/v1/apps?${query}`);
      expect([status, json.code]).toEqual([400, 'invalid-request']);
    },
  );

  it('is never answered with a 5xx, whatever the id', async () => {
    for (const id of [
      'x',
      '0',
      '-1',
      '1e9',
      '%00',
      '..%2f',
      randomUUID(),
      'a'.repeat(300),
      '%F0%9F%98%80',
      "'; drop table apps; --",
    ]) {
      for (const path of [
        `/api/v1/apps/${id}`,
        `/api/v1/groups/${id}`,
        `/api/v1/resources/${encodeURIComponent(id)}`,
        `/api/v1/audit-events/${id}`,
      ]) {
        const { status } = await ask(pontage, 'GET', path);
        expect({ path, status: [400, 404].includes(status) ? 'refused' : status }).toEqual({ path, status: 'refused' });
      }
    }
  });

  it.each([
    ['that is not HTTP', ['Host: x', 'Bad Header: y']],
    ['with two hosts', ['Host: x', 'HOST: y']],
    ['without a host', ['X: y']],
    ['with two credentials', ['Host: x', 'Authorization: Bearer a', 'authorization: Bearer b']],
  ])('%s gets a problem too', async (_, lines) => {
    const answer = await answerTo(['GET /api/v1/regions HTTP/1.1', ...lines]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"invalid-request"/s);
  });

  it('is none: a host may be missing in HTTP/1.0, and of many headers the last one counts', async () => {
    expect(await answerTo(['GET /readyz HTTP/1.0'])).toMatch(/^HTTP\/1\.1 200 /);
    const many = Array.from({ length: 2_500 }, (__, index) => `a: ${index % 10}`);
    const authorized = ['Host: x', ...many, `Authorization: Bearer ${pontage.adminToken}`];
    expect(await answerTo(['GET /api/v1/regions HTTP/1.1', ...authorized])).toMatch(/^HTTP\/1\.1 200 /);
  });
});

/** What is answered on a connection that is closed after this request. */
function answerTo(lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(pontage.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.end([...lines, 'Connection: close', '', ''].join('\r\n')),
    );
    socket
      .on('data', (data) => (text += data.toString()))
      .on('close', () => resolve(text))
      .on('error', reject);
  });
}

describe('what anybody may read', () => {
  it('is there without a token, from our own origin alone', async () => {
    for (const path of ['/docs', '/problems/missing-scope']) {
      const page = await pontage.fetch(path, { token: null });
      const text = await page.text();
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      for (const [, asset] of text.matchAll(/(?:src|href)="(\/docs\/assets\/[^"]+)"/g)) {
        expect((await pontage.fetch(asset ?? '', { token: null })).headers.get('cache-control')).toContain('immutable');
      }
    }
    const { json } = await ask<List<{ region: string }>>(pontage, 'GET', '/api/v1/outbound-addresses', undefined, {
      token: null,
    });
    expect(json.data.map(({ region }) => region)).toEqual(['eu-central-1', 'us-west-2']);
    expect(await (await pontage.fetch('/readyz', { token: null })).text()).toBe('ready\n');
    expect(await (await pontage.fetch('/metrics', { token: null })).text()).toContain(
      'pontage_http_request_seconds_count{method="GET",route="/docs",status="200"}',
    );
  });

  it('explains every problem that is answered', async () => {
    const { json } = await ask<{ type: string }>(pontage, 'GET', '/api/v1/apps/nothing');
    const page = await fetch(json.type);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('not-found')]);
  });
});

describe('a request that is in the way', () => {
  it('of a stop is answered before the gateway goes', async () => {
    const { pid } = pontage.processOf('gateway');
    const answers = Array.from({ length: 20 }, () => ask(pontage, 'GET', '/api/v1/resources?limit=200'));
    process.kill(pid, 'SIGTERM');
    const settled = await Promise.allSettled(answers);
    const lost = settled.filter((each) => each.status === 'fulfilled' && each.value.status >= 500);
    expect(lost).toEqual([]);
    const begun = performance.now();
    await new Promise<void>((resolve, reject) => {
      const until = Date.now() + 20_000;
      const again = (): void => {
        const asked = request(`${pontage.url}/readyz`, (answer) => {
          answer.resume();
          if (answer.statusCode === 200) resolve();
          else retry();
        });
        asked.on('error', retry).end();
      };
      const retry = (): void =>
        Date.now() > until ? reject(new Error('the gateway did not come back')) : void setTimeout(again, 100);
      again();
    });
    // Not the fifteen seconds after which a stop is forced.
    expect(performance.now() - begun).toBeLessThan(12_000);
  });
});

describe('regions', () => {
  it('are listed in pages by their names', async () => {
    const regions = (cursor = '') => ask<List<{ id: string }>>(pontage, 'GET', `/api/v1/regions?limit=1${cursor}`);
    const first = await regions();
    const second = await regions(`&cursor=${first.json.nextCursor}`);
    expect([first, second].map(({ json }) => [json.data.map(({ id }) => id), json.nextCursor])).toEqual([
      [['eu-central-1'], 'eu-central-1'],
      [['us-west-2'], null],
    ]);
    expect((await ask(pontage, 'GET', '/api/v1/regions?cursor=%00')).json.errors[0]?.pointer).toBe('/query/cursor');
  });
});
