import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildGateway, type Gateway } from './gateway.js';
import { rawRequest } from './testing/raw-request.js';
import { unconnectedFoundations } from './unconnected-foundations.js';

let gateway: Gateway;
let origin: string;

beforeAll(async () => {
  gateway = await buildGateway({ PONTAGE_SURFACE: 'all', PONTAGE_TRUSTED_PROXIES: [] }, unconnectedFoundations());
  await gateway.application.listen(0, '127.0.0.1');
  origin = await gateway.application.getUrl();
});
afterAll(() => gateway.application.close());

const ask = (...rest: Parameters<typeof rawRequest> extends [string, ...infer R] ? R : never) =>
  rawRequest(origin, ...rest);
const pathOf = (url: string): string => url.replace(/:\w+/g, 'x').replace('*', 'y');

/** What answers without credentials. A route that is not here answers 401. */
const open = [
  'GET /',
  'GET /api/openapi.json',
  'GET /.well-known/jwks.json',
  'GET /api/v1/outbound-addresses',
  // Its handle, and the browser's cookie, are what lets one in.
  'GET /auth/consent/:handle',
  'GET /auth/assets/:file',
  'GET /docs',
  'GET /docs/assets/:file',
  'GET /embed/:nonce',
  'GET /embedded/assets/:file',
  'GET /embedded/authed/:app',
  'GET /embedded/authed/:app/*',
  'GET /healthz',
  'GET /login',
  'GET /login/callback',
  'GET /login/oidc',
  'GET /metrics',
  'GET /oauth/callback',
  'GET /problems/:slug',
  'GET /readyz',
  'OPTIONS /embed/:nonce',
  'POST /embed/:nonce',
  'POST /login',
  'POST /logout',
];

describe('credentials', () => {
  it('are needed by every route but the written list', () => {
    const anybody = gateway.catalogue.routes
      .filter(({ operation }) => operation.access === 'anybody')
      .map(({ method, url }) => `${method} ${url}`);
    expect(anybody.sort()).toEqual([...open].sort());
  });

  it.each(['', '?x=/public/path', '?path=/healthz', '/../healthz', ';/healthz'])(
    'are asked for on every other route, with %j behind it',
    async (suffix) => {
      const closed = gateway.catalogue.routes.filter(({ operation }) => operation.access !== 'anybody');
      expect(closed.length).toBeGreaterThan(50);
      for (const { method, url } of closed) {
        const { status, headers } = await ask(
          method,
          pathOf(url) + suffix,
          { 'content-type': 'application/json' },
          method === 'GET' ? undefined : '{"malformed',
        );
        // A path that means something else finds no route; what it never finds is an answer.
        const wanted = suffix === '' || suffix.startsWith('?') ? [401] : [401, 404];
        expect({ method, url, allowed: wanted.includes(status) ? 'refused' : status }).toEqual({
          method,
          url,
          allowed: 'refused',
        });
        if (status === 401) expect(headers['www-authenticate']).toBe('Bearer realm="pontage"');
      }
    },
  );

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'bearer', 'Token x'])('are not %j', async (authorization) => {
    expect((await ask('GET', '/api/v1/me', { authorization })).status).toBe(401);
  });

  it('are not taken from a cookie', async () => {
    expect((await ask('GET', '/api/v1/me', { cookie: 'authorization=Bearer x; token=x' })).status).toBe(401);
  });
});

describe('problems', () => {
  it('say what RFC 9457 and API.md want', async () => {
    const { headers, json } = await ask('GET', '/api/v1/apps', { 'x-request-id': 'my-id-1' });
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-request-id': 'my-id-1',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(json()).toEqual({
      type: expect.stringMatching(/\/problems\/unauthenticated$/),
      title: 'A valid bearer token is needed',
      status: 401,
      detail: 'A valid bearer token is needed.',
      code: 'unauthenticated',
      requestId: 'my-id-1',
    });
  });

  it.each([
    ['GET', '/nothing/here', 404, 'not-found'],
    ['PUT', '/api/v1/apps', 404, 'not-found'],
    ['GET', '/api/v1/apps/%zz', 400, 'invalid-request'],
    ['GET', '/problems/no-such-problem', 404, 'not-found'],
    ['POST', '/embedded/api/me', 404, 'not-found'],
  ])('answer %s %s with %d %s', async (method, url, wanted, code) => {
    const { status, headers, json } = await ask(method, url);
    expect([status, headers['content-type'], json().code]).toEqual([wanted, 'application/problem+json', code]);
  });

  it('refuse a body that is too large before anything is read', async () => {
    const { status, json } = await ask(
      'POST',
      '/api/v1/apps',
      { 'content-type': 'application/json' },
      'x'.repeat(1024 * 1024 + 1),
    );
    expect([status, json()]).toEqual([
      413,
      expect.objectContaining({ code: 'body-too-large', limitBytes: 1024 * 1024 }),
    ]);
  });

  it('make a request id when the given one is not safe', async () => {
    for (const given of ['', 'a b', 'x'.repeat(201), '"quoted"', '<script>']) {
      const { headers } = await ask('GET', '/healthz', { 'x-request-id': given });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('never take a link from the Host header', async () => {
    const { body } = await ask('GET', '/api/v1/apps', {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
      origin: 'https://evil.test',
    });
    expect(body).not.toContain('evil.test');
  });
});

describe('surfaces', () => {
  const served = async (surface: 'internal' | 'external'): Promise<string[]> => {
    const { application, catalogue } = await buildGateway(
      { PONTAGE_SURFACE: surface, PONTAGE_TRUSTED_PROXIES: [] },
      unconnectedFoundations(),
    );
    await application.close();
    return catalogue.routes.map(({ url }) => url);
  };

  it('leave embeds out of the inside', async () => {
    const urls = await served('internal');
    expect(urls).toContain('/api/v1/apps');
    expect(urls.filter((url) => url.startsWith('/embed'))).toEqual([]);
  });

  it('serve nothing but embeds, the sign-ins that they lead to, and health to the outside', async () => {
    const urls = await served('external');
    expect(urls).toContain('/embed/:nonce');
    expect(
      urls.filter(
        (url) => !/^\/(?:embed|embedded|auth\/consent|auth\/assets|oauth\/callback|healthz|readyz)(?:\/|$)/.test(url),
      ),
    ).toEqual([]);
  });
});
