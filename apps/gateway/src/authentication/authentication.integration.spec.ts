import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listTokens } from '@pontage/contracts/resource-registry';
import { revokeEmbedSession } from '@pontage/contracts/embed-session';
import { listAuditEvents } from '@pontage/contracts/audit-log';
import type { Scope } from '@pontage/contracts';
import type { OpenApiDocument } from '../openapi/openapi-document.js';
import { runGateway, type RunningGateway } from '../testing/running-gateway.js';
import { newApiToken } from './credentials.js';

let gateway: RunningGateway;
beforeAll(async () => void (gateway = await runGateway()));
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
});

const anHourAgo = (): string => new Date(Date.now() - 3_600_000).toISOString();
const codeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { code: string }).code;

describe('API tokens', () => {
  it('are known as soon as their snapshot is written', async () => {
    const token = await gateway.token(['apps:read']);
    const answer = await gateway.fetch('/api/v1/me', { token });
    expect(await answer.json()).toMatchObject({
      type: 'token',
      name: 'apps:read',
      scopes: ['apps:read'],
      groupIds: null,
      organisation: { id: gateway.org },
    });
  });

  it('that nobody knows are refused, and leave no event', async () => {
    const before = gateway.events.length;
    const answer = await gateway.fetch('/api/v1/me', { token: newApiToken() });
    expect([answer.status, answer.headers.get('www-authenticate'), await codeOf(answer)]).toEqual([
      401,
      'Bearer realm="pontage", error="invalid_token"',
      'unauthenticated',
    ]);
    expect(gateway.events.length).toBe(before);
  });

  it('that have expired are refused, and leave an event', async () => {
    const token = await gateway.token(['admin'], { expiresAt: anHourAgo() });
    const answer = await gateway.fetch('/api/v1/apps', { token, headers: { 'x-request-id': 'expired-1' } });
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'unauthenticated']);
    const event = await gateway.eventOf(({ requestId }) => requestId === 'expired-1');
    expect(event).toMatchObject({
      action: 'request.denied',
      outcome: 'denied',
      org: gateway.org,
      actor: { type: 'token', display: 'admin' },
      data: { code: 'unauthenticated', route: '/api/v1/apps', method: 'GET' },
    });
  });

  it('without the scope are told which one, and the denial is recorded before the answer', async () => {
    const token = await gateway.token(['apps:read']);
    const answer = await gateway.fetch('/api/v1/tokens?limit=1', {
      token,
      headers: { 'x-request-id': 'scope-1', 'user-agent': 'spec' },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'missing-scope', scope: 'tokens:read', requestId: 'scope-1' });
    expect(await gateway.eventOf(({ requestId }) => requestId === 'scope-1')).toMatchObject({
      data: { code: 'missing-scope', scope: 'tokens:read' },
      ip: '127.0.0.1',
      userAgent: 'spec',
    });
  });

  it('cannot fill the record by being denied again and again', async () => {
    const token = await gateway.token(['apps:read']);
    const before = gateway.events.length;
    await Promise.all(Array.from({ length: 60 }, () => gateway.fetch('/api/v1/groups', { token })));
    expect(gateway.events.length - before).toBe(5);
  });

  it('open exactly the routes whose scope they hold', async () => {
    const document = (await (await gateway.fetch('/api/openapi.json')).json()) as OpenApiDocument;
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path: path.replace(/\{\w+\}/g, 'x'),
        method: method.toUpperCase(),
        access: operation['x-pontage-access'] as Scope | 'anybody' | 'any-token' | 'embed-session',
      })),
    );
    const scoped = routes.filter(({ access }) => !['anybody', 'any-token', 'embed-session'].includes(access));
    expect(scoped.length).toBeGreaterThan(45);
    const other = { read: await gateway.token(['users:act']), admin: await gateway.token(['admin']) };
    const own = new Map<string, string>();
    for (const { path, method, access } of scoped) {
      if (!own.has(access)) own.set(access, await gateway.token([access as Scope]));
      const ask = async (token: string | undefined) => {
        const answer = await gateway.fetch(path, { method, ...(token === undefined ? {} : { token }) });
        await answer.arrayBuffer();
        return answer.status;
      };
      // Of the installation, not of one organisation.
      const refused = ['operator', 'regions:write'].includes(access) ? 403 : undefined;
      expect({ path, method, other: await ask(other.read) }).toEqual({ path, method, other: 403 });
      const [right, admin] = [await ask(own.get(access)), await ask(other.admin)];
      expect({ path, method, right: [401, 403].includes(right), admin: admin === 403 ? 403 : undefined }).toEqual({
        path,
        method,
        right: false,
        admin: refused,
      });
    }
  });

  it('act for somebody else where that is offered, with the scope for it, and nowhere else', async () => {
    const document = (await (await gateway.fetch('/api/openapi.json')).json()) as OpenApiDocument;
    const takes = (operation: object) => JSON.stringify(operation).includes('"Pontage-User"');
    const admin = await gateway.token(['admin']);
    const without = await gateway.token(['queries:run']);
    const taking: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const access = operation['x-pontage-access'] as string;
        if (['anybody', 'embed-session', 'operator', 'regions:write'].includes(access)) continue;
        const ask = async (token: string, user: string) => {
          const headers = { 'pontage-user': user };
          const answer = await gateway.fetch(path.replace(/\{\w+\}/g, 'x'), {
            method: method.toUpperCase(),
            token,
            headers,
          });
          const text = await answer.text();
          return { status: answer.status, text };
        };
        const isTold = (text: string) => text.includes('"/headers/Pontage-User"');
        if (!takes(operation)) {
          const { status, text } = await ask(admin, 'u1');
          expect([path, method, status, isTold(text)]).toEqual([path, method, 400, true]);
          continue;
        }
        taking.push(`${method} ${path}`);
        expect([path, method, (await ask(without, 'u1')).status]).toEqual([path, method, 403]);
        for (const user of ['', 'a'.repeat(256), 'ad%61']) {
          const { status, text } = await ask(admin, user);
          expect([path, method, status, isTold(text)]).toEqual([path, method, 400, true]);
        }
      }
    }
    const proxied = ['delete', 'get', 'options', 'patch', 'post', 'put'];
    expect(taking.sort()).toEqual(
      [
        ...proxied.map((method) => `${method} /proxy/{resource}/{path}`),
        'delete /api/v1/resources/{resource}/auth',
        'get /api/v1/resources/{resource}/auth',
        'get /api/v1/resources/{resource}/auth/timeline',
        'post /api/v1/resources/{resource}/auth/start',
        'post /api/v1/apps/{uuid}/queries/{name}/run',
        'post /api/v1/resources/{resource}/preview',
        'post /api/v1/resources/{resource}/query',
      ].sort(),
    );
  }, 60_000);

  it('that may not act for somebody are told which scope they lack', async () => {
    const token = await gateway.token(['queries:run']);
    const answer = await gateway.fetch('/proxy/x/y', { token, headers: { 'pontage-user': 'u1' } });
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'missing-scope', scope: 'users:act' }]);
  });

  it('carry the caller to the service that is asked', async () => {
    let heard: unknown;
    gateway.registry.serve(listTokens, async (input, call) => {
      heard = { input, call };
      return { data: [], nextCursor: null };
    });
    const token = await gateway.token(['tokens:read']);
    const answer = await gateway.fetch('/api/v1/tokens?limit=7', {
      token,
      headers: { 'x-request-id': 'carried-1', 'x-forwarded-for': '203.0.113.9' },
    });
    expect(await answer.json()).toEqual({ data: [], nextCursor: null });
    expect(heard).toMatchObject({
      input: { limit: 7 },
      call: {
        org: gateway.org,
        requestId: 'carried-1',
        ip: '127.0.0.1',
        principal: { type: 'token', scopes: ['tokens:read'] },
      },
    });
  });

  it('get a problem, not a timeout, when a service is away', async () => {
    expect(listAuditEvents.deadlineMs).toBeGreaterThan(5_000);
    const started = performance.now();
    const answer = await gateway.fetch('/api/v1/audit-events', { token: await gateway.token(['audit:read']) });
    expect([answer.status, answer.headers.get('retry-after'), await codeOf(answer)]).toEqual([503, '1', 'unavailable']);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('embed sessions', () => {
  const app = randomUUID();
  const me = (headers: Record<string, string>) => gateway.fetch('/embedded/api/me', { headers });

  it('are known by their cookie and their app, and show an int64 with every digit', async () => {
    const token = await gateway.session({ app, metadataJson: '{"storeId":9223372036854775807,"vip":true}' });
    const answer = await me({
      cookie: `other=1; __Host-pontage-${app}=${token}`,
      'pontage-app': app,
      'sec-fetch-site': 'same-origin',
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('"metadata":{"storeId":9223372036854775807,"vip":true}');
  });

  it('are known by a bearer token where cookies are blocked', async () => {
    const token = await gateway.session({ app });
    expect((await me({ authorization: `Bearer ${token}`, 'pontage-app': app })).status).toBe(200);
  });

  it.each<[string, number, string, (token: string) => Record<string, string>]>([
    ['without the Pontage-App header', 401, 'unauthenticated', (token) => ({ authorization: `Bearer ${token}` })],
    [
      'for another app',
      401,
      'embed-session-expired',
      (token) => ({ authorization: `Bearer ${token}`, 'pontage-app': randomUUID() }),
    ],
    ['without a session', 401, 'unauthenticated', () => ({ 'pontage-app': app })],
    [
      'with an unknown session',
      401,
      'embed-session-expired',
      (token) => ({ authorization: `Bearer ${token.slice(0, -4)}AAAA`, 'pontage-app': app }),
    ],
    [
      'with an API token',
      401,
      'embed-session-expired',
      () => ({ authorization: `Bearer ${newApiToken()}`, 'pontage-app': app }),
    ],
    [
      'from another site',
      403,
      'forbidden',
      (token) => ({ authorization: `Bearer ${token}`, 'pontage-app': app, 'sec-fetch-site': 'cross-site' }),
    ],
    [
      'from another origin of the site',
      403,
      'forbidden',
      (token) => ({ authorization: `Bearer ${token}`, 'pontage-app': app, 'sec-fetch-site': 'same-site' }),
    ],
    [
      'from a typed address',
      403,
      'forbidden',
      (token) => ({ authorization: `Bearer ${token}`, 'pontage-app': app, 'sec-fetch-site': 'none' }),
    ],
    [
      'from another origin, told by Origin alone',
      403,
      'forbidden',
      (token) => ({ authorization: `Bearer ${token}`, 'pontage-app': app, origin: 'https://evil.test' }),
    ],
  ])('are refused %s', async (_, status, code, headersOf) => {
    const answer = await me(headersOf(await gateway.session({ app })));
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
  });

  it('are refused once they have ended by the clock', async () => {
    const answer = await me({
      authorization: `Bearer ${await gateway.session({ app, expiresAt: anHourAgo() })}`,
      'pontage-app': app,
    });
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'embed-session-expired']);
  });

  it('are no API tokens', async () => {
    expect((await gateway.fetch('/api/v1/me', { token: await gateway.session({ app }) })).status).toBe(401);
  });

  it('end themselves, and the cookie with them', async () => {
    const id = randomUUID();
    let ended: unknown;
    gateway.embedSession.serve(revokeEmbedSession, async (input) => {
      ended = input;
      return {};
    });
    const token = await gateway.session({ app, id });
    const answer = await gateway.fetch('/embedded/api/session', {
      method: 'DELETE',
      headers: { cookie: `__Host-pontage-${app}=${token}`, 'pontage-app': app },
    });
    expect([answer.status, ended]).toEqual([204, { id }]);
    expect(answer.headers.get('set-cookie')).toMatch(new RegExp(`^__Host-pontage-${app}=; .*Max-Age=0`));
  });
});
