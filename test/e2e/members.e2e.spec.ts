import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@pontage/backends';
import { startFurther, startPontage, type Further, type Pontage } from '@pontage/testkit';
import type { Browser } from 'playwright-core';
import { ask, type List } from './src/ask.js';
import { launchChromium } from './src/browser/launch-chromium.js';
import { signInAtProvider } from './src/browser/sign-in-at-provider.js';
import { IdentityProvider } from './src/members/identity-provider.js';
import { firstPassword, ownHeaders, postLogin, sessionOf, signIn, type MemberSession } from './src/members/member.js';

interface Member {
  readonly id: string;
  readonly email: string;
  readonly groupIds: number[];
}

let provider: IdentityProvider;
let pontage: Pontage;
let second: Further;
let browser: Browser;
let count = 0;

beforeAll(async () => {
  provider = await IdentityProvider.start();
  const port = await freePort('127.0.0.1');
  provider.know(`http://127.0.0.1:${port}/login/callback`);
  pontage = await startPontage({
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_HTTP_PORT: String(port),
      PONTAGE_OIDC_ISSUER: provider.origin,
      PONTAGE_OIDC_CLIENT_ID: provider.clientId,
      PONTAGE_OIDC_CLIENT_SECRET: provider.clientSecret,
      PONTAGE_OIDC_SCOPES: 'openid email profile groups',
      PONTAGE_OIDC_GROUPS_CLAIM: 'groups',
      PONTAGE_OIDC_NAME: 'Example ID',
      PONTAGE_EGRESS_ALLOW: new URL(provider.origin).host,
      PONTAGE_TRUSTED_PROXIES: '127.0.0.1',
    },
  });
  second = await startFurther(pontage, 'gateway');
  browser = await launchChromium();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await second?.[Symbol.asyncDispose]();
  await pontage?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
}, 60_000);

const password = 'a long passphrase';
async function newMember(more: object = {}): Promise<MemberSession & { readonly email: string }> {
  const email = `member-${(count += 1)}@example.com`;
  const { status } = await ask(pontage, 'POST', '/api/v1/members', { email, password, ...more });
  expect(status).toBe(201);
  return { email, ...(await signIn(pontage, email, password)) };
}
const me = (headers: Record<string, string>, base = pontage.url) => fetch(`${base}/api/v1/me`, { headers });
/** Milliseconds until every gateway answers a request in this way. */
async function untilAll(status: number, request: (base: string) => Promise<Response>): Promise<number> {
  const begun = performance.now();
  for (const base of [pontage.url, second.url])
    while ((await request(base)).status !== status)
      if (performance.now() - begun > 5_000) throw new Error(`${base} does not answer ${status}`);
  return performance.now() - begun;
}

describe('a member with a password', () => {
  it('signs in and out in a browser, and is nobody afterwards', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${pontage.url}/login?returnTo=/api/v1/me`);
    await page.fill('input[name=email]', 'admin@localhost');
    await page.fill('input[name=password]', 'not the password');
    await page.click('button');
    expect(await page.textContent('[role=alert]')).toBe('This e-mail address and this password do not sign in.');
    await page.fill('input[name=password]', firstPassword(pontage));
    await page.click('button');
    await page.waitForURL(`${pontage.url}/api/v1/me`);
    const account = JSON.parse((await page.textContent('body')) ?? '') as object;
    expect(account).toMatchObject({ type: 'member', email: 'admin@localhost', scopes: ['admin'], groupIds: null });
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: '__Host-pontage-session', httpOnly: true, secure: true, sameSite: 'Lax' });
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.goto(`${pontage.url}/login`);
    expect(await page.textContent('body')).toContain('You are signed in as admin@localhost');
    await page.click('button');
    await page.waitForURL(`${pontage.url}/login`);
    expect((await me({ cookie: `${cookie?.name}=${cookie?.value}` })).status).toBe(401);
  }, 60_000);

  it('gets a new session whatever cookie came along, and the old one ends', async () => {
    const victim = await newMember();
    const planted = `__Host-pontage-session=${'A'.repeat(43)}`;
    const other = await newMember();
    const tokens = new Set<string>();
    for (const cookie of [planted, victim.cookie, other.cookie, '__Host-pontage-session=']) {
      const answer = await postLogin(pontage, { email: victim.email, password }, { cookie });
      tokens.add(sessionOf(answer));
      expect(cookie).not.toContain(sessionOf(answer));
      expect(Buffer.from(sessionOf(answer), 'base64url').length * 8).toBeGreaterThanOrEqual(128);
    }
    expect(tokens.size).toBe(4);
    for (const { cookie } of [victim, other]) expect((await me({ cookie })).status).toBe(401);
    expect((await me({ cookie: planted })).status).toBe(401);
  }, 30_000);

  it('signs in for the control plane alone: a cookie runs no query', async () => {
    const session = await newMember({ role: 'admin' });
    const headers = ownHeaders(pontage, session);
    for (const path of [
      '/api/v1/resources/x/query',
      '/api/v1/resources/x/preview',
      '/proxy/x/y',
      '/api/v1/resources/x/test',
    ])
      expect((await pontage.fetch(path, { method: 'POST', token: null, json: {}, headers })).status).toBe(401);
  });

  it('hears the same whatever is wrong, and is slowed down, and told until when', async () => {
    const { email } = await newMember();
    const answers = await Promise.all(
      [email, 'nobody@example.com'].map((each) => postLogin(pontage, { email: each, password: 'a wrong one' })),
    );
    const told = await Promise.all(
      answers.map(async (each) => ({ ...((await each.json()) as object), requestId: '' })),
    );
    expect(told[0]).toEqual(told[1]);
    let refused: Response | undefined;
    // The first organisation answers to its name and to none: that makes no two accounts of one.
    const { name: organisation } = (await ask<{ name: string }>(pontage, 'GET', '/api/v1/organisation')).json;
    for (let tries = 0; tries < 12 && refused === undefined; tries += 1) {
      const named = tries % 2 === 0 ? {} : { organisation };
      const answer = await postLogin(pontage, { email, password: 'a wrong one', ...named });
      if (answer.status === 429) refused = answer;
    }
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(20);
    // Somebody else comes in meanwhile, from the same address.
    await newMember();
  }, 60_000);
});

describe('a member who changes his own password', () => {
  it('guesses at the old one as slowly as at the door, also when he leaves it out', async () => {
    const session = await newMember();
    const headers = { ...ownHeaders(pontage, session), 'x-forwarded-for': '203.0.113.9' };
    const path = `/api/v1/members/${session.id}`;
    const statuses: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) {
      const json = { password: 'another passphrase', ...(tries % 2 === 0 ? {} : { currentPassword: 'a guess' }) };
      statuses.push((await ask(pontage, 'PATCH', path, json, { token: null, headers })).status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 400));
    expect(statuses.slice(10)).toContain(429);
  });
});

describe('what a member has', () => {
  it('ends within a second on every gateway, in his session and in his tokens', async () => {
    const { json: group } = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: 'stores' });
    const { json: resource } = await ask<{ id: string }>(pontage, 'POST', '/api/v1/resources', {
      name: 'orders',
      baseUrl: 'https://orders.example',
    });
    await ask(pontage, 'PUT', `/api/v1/groups/${group.id}/resources/${resource.id}`, { access: 'edit' });
    const member = await newMember({ groupIds: [group.id] });
    const own = ownHeaders(pontage, member);
    const made = await pontage.fetch('/api/v1/tokens', {
      method: 'POST',
      token: null,
      headers: own,
      json: { name: 'mine', scopes: ['resources:read', 'queries:run'] },
    });
    const { token, memberId } = (await made.json()) as { token: string; memberId: string };
    expect([made.status, memberId]).toEqual([201, member.id]);
    const bearer = { authorization: `Bearer ${token}` };
    expect(await (await me(bearer)).json()).toMatchObject({ type: 'member', id: member.id, groupIds: [group.id] });
    const wider = { name: 'wide', scopes: ['admin'] };
    expect(
      (await pontage.fetch('/api/v1/tokens', { method: 'POST', token: null, headers: own, json: wider })).status,
    ).toBe(403);

    const read = (headers: Record<string, string>) => (base: string) =>
      fetch(`${base}/api/v1/resources/${resource.id}`, { headers });
    await untilAll(200, read(bearer));
    const took: Record<string, number> = {};
    await ask(pontage, 'DELETE', `/api/v1/groups/${group.id}/members/${member.id}`);
    took.group = await untilAll(404, read(bearer));
    await ask(pontage, 'PATCH', `/api/v1/members/${member.id}`, { disabled: true });
    took.token = await untilAll(401, (base) => me(bearer, base));
    took.session = await untilAll(401, (base) => me({ cookie: member.cookie }, base));

    const leaver = await newMember();
    await untilAll(200, (base) => me({ cookie: leaver.cookie }, base));
    await pontage.fetch('/logout', { method: 'POST', token: null, headers: ownHeaders(pontage, leaver) });
    took.logout = await untilAll(401, (base) => me({ cookie: leaver.cookie }, base));
    process.stdout.write(
      `members: gone from both gateways after ${Object.entries(took)
        .map(([of, ms]) => `${of} ${ms.toFixed(0)} ms`)
        .join(', ')}\n`,
    );
    for (const ms of Object.values(took)) expect(ms).toBeLessThan(1_000);
  }, 60_000);
});

describe('a member whom an identity provider knows', () => {
  const visit = async (name: string) => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${pontage.url}/login?returnTo=/api/v1/me`);
    await page.click('text=Sign in with Example ID');
    await signInAtProvider(page, name);
    await page.waitForURL((url) => url.href.startsWith(pontage.url));
    return page;
  };

  it('becomes one, with the groups that the provider names, and is the same one the next time', async () => {
    const { json: group } = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: 'staff' });
    provider.people.set('grace', {
      email: 'Grace@Example.com',
      email_verified: true,
      name: 'Grace',
      groups: ['staff', 'unheard of'],
    });
    const first = JSON.parse((await (await visit('grace')).textContent('body')) ?? '') as Member;
    expect(first).toMatchObject({ type: 'member', email: 'grace@example.com', groupIds: [group.id] });
    provider.people.get('grace')!.groups = [];
    const again = JSON.parse((await (await visit('grace')).textContent('body')) ?? '') as Member;
    expect(again).toMatchObject({ id: first.id, groupIds: [] });
    for (const url of provider.asked) {
      expect(url.searchParams.get('redirect_uri')).toBe(`${pontage.url}/login/callback`);
      expect(url.searchParams.get('code_challenge_method')).toBe('S256');
      for (const name of ['state', 'nonce', 'code_challenge'])
        expect(url.searchParams.get(name)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    }
    const { json } = await ask<List<{ action: string; data: object }>>(
      pontage,
      'GET',
      '/api/v1/audit-events?action=member.signed-in',
    );
    expect(json.data.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ method: 'oidc', issuer: provider.origin }),
    );
  }, 120_000);

  it('does not become one while his address is not verified', async () => {
    provider.people.set('mallory', { email: 'm@example.com', email_verified: false, name: 'M', groups: [] });
    const page = await visit('mallory');
    expect(await page.textContent('[role=alert]')).toMatch(/did not work/);
    expect((await page.context().cookies(pontage.url)).filter(({ name }) => name.startsWith('__Host-'))).toEqual([]);
  }, 60_000);

  it('is told by a page when he is too many', async () => {
    const begin = () =>
      fetch(`${pontage.url}/login/oidc`, { redirect: 'manual', headers: { 'x-forwarded-for': '203.0.113.8' } });
    let answer = await begin();
    for (let tries = 0; tries < 30 && answer.status === 302; tries += 1) answer = await begin();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.text()).toContain('Too many attempts.');
  }, 60_000);

  it('comes back to the browser that began, once, with what was asked for', async () => {
    // From an address of its own: what others have tried from theirs is not counted here.
    const from = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'evil.test' };
    const begun = await fetch(`${pontage.url}/login/oidc?returnTo=//evil.test`, { redirect: 'manual', headers: from });
    const asked = new URL(begun.headers.get('location') ?? '');
    expect([begun.status, asked.searchParams.get('redirect_uri')]).toEqual([302, `${pontage.url}/login/callback`]);
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const state = asked.searchParams.get('state') ?? '';
    const iss = encodeURIComponent(provider.origin);
    const callbacks: [Record<string, string>, string][] = [
      [{}, `state=${state}&code=x&iss=${iss}`],
      [{ cookie }, `state=${'B'.repeat(43)}&code=x&iss=${iss}`],
      [{ cookie }, `code=x&iss=${iss}`],
      [{ cookie }, `state=${state}&code=x&iss=https%3A%2F%2Fevil.test`],
      [{ cookie }, `state=${state}&code=x`],
      [{ cookie }, `state=${state}&code=x&iss=${iss}`],
      [{ cookie }, `state=${state}&error=access_denied&iss=${iss}`],
      [{ cookie: `${cookie}x` }, `state=${state}&code=x&iss=${iss}`],
    ];
    const answers = [];
    for (const [headers, query] of callbacks) {
      const visit = { redirect: 'manual', headers: { ...from, ...headers } } as const;
      answers.push(await fetch(`${pontage.url}/login/callback?${query}`, visit));
    }
    expect(answers.map(({ status }) => status)).toEqual(callbacks.map(() => 401));
    for (const answer of answers) expect(sessionOf(answer)).toBe('');
  }, 60_000);
});
