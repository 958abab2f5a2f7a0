import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { counted } from './src/database.js';
import { firstPassword, ownHeaders, signIn, type MemberSession } from './src/members/member.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly object[] }>>>>;
}

let pontage: Pontage;
let session: MemberSession;
let routes: readonly { readonly method: string; readonly path: string }[] = [];

beforeAll(async () => {
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0' } });
  session = await signIn(pontage, 'admin@localhost', firstPassword(pontage));
  const { paths } = (await (await pontage.fetch('/api/openapi.json')).json()) as Document;
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { security = [] }]) => method !== 'get' && security.some((way) => 'memberSession' in way))
      .map(([method]) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, '1') })),
  );
}, 120_000);
afterAll(async () => {
  await pontage?.[Symbol.asyncDispose]();
}, 60_000);

const tables = ['access_group', 'api_token', 'app', 'config_variable', 'member', 'organisation', 'resource'];
const json = { 'content-type': 'application/json' };

/** What somebody else's page can make a browser send, the cookie always included; and what it cannot, one thing missing. */
const forgeries = (): readonly (readonly [string, Record<string, string>, string?])[] => {
  const own = ownHeaders(pontage, session);
  const without = (name: string) => Object.fromEntries(Object.entries(own).filter(([each]) => each !== name));
  const { cookie } = own as { cookie: string };
  return [
    ['foreign Origin', { ...own, ...json, origin: 'https://evil.test' }],
    ['foreign port', { ...own, ...json, origin: 'http://127.0.0.1:1' }],
    ['Origin null', { ...own, ...json, origin: 'null' }],
    ['no Origin', { ...without('origin'), ...json }],
    ['nothing but the cookie', { cookie, ...json }],
    ['cross-site', { ...own, ...json, 'sec-fetch-site': 'cross-site' }],
    ['same-site', { ...own, ...json, 'sec-fetch-site': 'same-site' }],
    ['no token', { ...without('pontage-csrf'), ...json }],
    ['a wrong token', { ...own, ...json, 'pontage-csrf': 'A'.repeat(43) }],
    ['text/plain', { ...own, 'content-type': 'text/plain' }],
    ['a form', { ...own, 'content-type': 'application/x-www-form-urlencoded' }],
    ['multipart', { ...own, 'content-type': 'multipart/form-data; boundary=x' }],
    ['GET that claims to be more', { ...own, 'x-http-method-override': 'DELETE' }, 'GET'],
  ];
};

describe('a request that another site causes in a member’s browser', () => {
  it('changes nothing, whatever route it asks for and whatever it looks like', async () => {
    const before = await counted(pontage, 'resource_registry', tables);
    const succeeded: string[] = [];
    let asked = 0;
    for (const { method, path } of routes) {
      for (const [name, headers, as = method] of forgeries()) {
        const body = as === 'GET' || as === 'DELETE' ? {} : { body: '{"name":"forged"}' };
        const { status } = await pontage.fetch(path, { method: as, token: null, headers, ...body });
        asked += 1;
        const isRefused = as === 'GET' ? status < 500 : [403, 404, 415].includes(status);
        if (!isRefused) succeeded.push(`${name}: ${as} ${path} ${status}`);
      }
    }
    expect(succeeded).toEqual([]);
    expect(await counted(pontage, 'resource_registry', tables)).toEqual(before);
    expect(routes.length).toBeGreaterThan(25);
    process.stdout.write(
      `csrf: ${asked} forged requests to ${routes.length} routes, ${succeeded.length} of them succeeded\n`,
    );
  }, 120_000);

  it('is told from one that our own page makes', async () => {
    const headers = ownHeaders(pontage, session);
    const made = await pontage.fetch('/api/v1/groups', {
      method: 'POST',
      token: null,
      headers,
      json: { name: 'ours' },
    });
    expect(made.status).toBe(201);
  });

  it('signs nobody in and nobody out', async () => {
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: new URL(pontage.url).origin },
    ];
    for (const headers of foreign) {
      const credentials = { email: 'admin@localhost', password: firstPassword(pontage) };
      const entered = await pontage.fetch('/login', { method: 'POST', token: null, headers, json: credentials });
      expect([entered.status, entered.headers.getSetCookie()]).toEqual([403, []]);
      const left = { ...headers, cookie: session.cookie };
      expect((await pontage.fetch('/logout', { method: 'POST', token: null, headers: left })).status).toBe(403);
    }
    expect((await pontage.fetch('/api/v1/me', { token: null, headers: { cookie: session.cookie } })).status).toBe(200);
  });
});
