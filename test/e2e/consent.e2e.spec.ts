import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OAuthProvider, type Pontage } from '@pontage/testkit';
import type { Browser, Page } from 'playwright-core';
import { ask } from './src/ask.js';
import { appOf, inApp, mount, refuseThirdPartyCookies } from './src/browser/embedding.js';
import { launchChromium } from './src/browser/launch-chromium.js';
import { startParentSite, type ParentSite } from './src/browser/parent-site.js';
import { signInAtProvider } from './src/browser/sign-in-at-provider.js';
import { ownHeaders, signIn } from './src/members/member.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';
import { PeopleUpstream } from './src/upstreams/people-upstream.js';

let site: ParentSite;
let setting: EmbedSetting;
let pontage: Pontage;
let provider: OAuthProvider;
let upstream: PeopleUpstream;
let browser: Browser;

beforeAll(async () => {
  site = await startParentSite();
  setting = await startEmbedSetting([site.origin('shop')], { alsoAllowed: '127.0.0.0/8' });
  ({ pontage } = setting);
  provider = await OAuthProvider.start([`${pontage.url}/oauth/callback`]);
  upstream = await PeopleUpstream.start(provider);
  browser = await launchChromium();
  await ask(pontage, 'PATCH', '/api/v1/organisation', { returnOrigins: [site.origin('shop')] });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await setting?.[Symbol.asyncDispose]();
  for (const each of [provider, upstream]) await each?.[Symbol.asyncDispose]();
  await site?.stop();
}, 60_000);

let made = 0;
async function resource(authentication: object = {}, more: object = {}): Promise<string> {
  const name = `people-${(made += 1)}`;
  const draft = { name, baseUrl: upstream.url, authentication: provider.authentication(authentication), ...more };
  const { status, json } = await ask(pontage, 'POST', '/api/v1/resources', draft);
  expect([status, json]).toEqual([201, expect.anything()]);
  return name;
}
const start = (name: string, body: object = {}, more: object = {}) =>
  ask<{ url: string }>(pontage, 'POST', `/api/v1/resources/${name}/auth/start`, body, more);
const query = (name: string, body: object = {}, more: object = {}) =>
  ask<{ body: { account: string; authorization: boolean }; authUrl?: string }>(
    pontage,
    'POST',
    `/api/v1/resources/${name}/query`,
    { path: '/me', ...body },
    more,
  );
const standing = async (name: string, more: object = {}) =>
  (await ask<{ state: string; explain: string }>(pontage, 'GET', `/api/v1/resources/${name}/auth`, undefined, more))
    .json;

/** Goes through with a sign-in in a browser of its own, up to the page that says so. */
async function signInBy(url: string, login: string): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await signInAtProvider(page, login);
  await page.locator('h1', { hasText: 'You are signed in' }).waitFor();
}

describe('a person with a browser', () => {
  it('signs in from the URL that the API began, and the next query carries their token', async () => {
    const name = await resource({ skipConsentScreen: false });
    const refused = await query(name);
    expect([refused.status, refused.json.code]).toEqual([409, 'consent-required']);
    expect(await standing(name)).toMatchObject({ state: 'unauthorized', explain: expect.stringContaining('sign in') });

    const { json } = await start(name, { returnTo: `${site.origin('shop')}/?done=1` });
    const page = await (await browser.newContext()).newPage();
    await page.goto(json.url);
    expect(await page.textContent('h1')).toBe(`Sign in for ${name}`);
    await page.getByRole('link', { name: /Continue/ }).click();
    await signInAtProvider(page, 'ada');
    await page.waitForURL(`${site.origin('shop')}/?done=1`);

    expect((await query(name)).json.body).toEqual({ account: 'ada', authorization: true });
    expect(await standing(name)).toMatchObject({ state: 'authorized' });
  });

  it('is shown who gets what, whatever a link confirms that is not the one on that page, in this browser', async () => {
    const name = await resource({ skipConsentScreen: false });
    const { url } = (await start(name)).json;
    // Without fetch metadata, as old browsers are.
    const visit = (query: string, headers = {}) => fetch(`${url}${query}`, { redirect: 'manual', headers });
    const first = await visit('?confirmed=1');
    const shown = await first.text();
    expect([first.status, shown]).toEqual([200, expect.stringContaining(`<h1>Sign in for ${name}</h1>`)]);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const ofAnother = createHmac('sha256', 'B'.repeat(43)).update(url.slice(-64)).digest('base64url');
    for (const query of ['', '?confirmed=', '?confirmed=1', `?confirmed=${ofAnother}`]) {
      const again = await visit(query, { cookie });
      expect([query, again.status, await again.text()]).toEqual([query, 200, shown]);
    }
    const led = await visit(/\?confirmed=[\w-]{43}(?=")/.exec(shown)?.[0] ?? '', { cookie });
    expect([led.status, new URL(led.headers.get('location') ?? '').origin]).toEqual([303, provider.origin]);
  });

  it('is shown the way by the refused query itself, which begins one sign-in and not one for each', async () => {
    const name = await resource();
    const urls = new Set<unknown>();
    for (let count = 0; count < 3; count += 1) urls.add((await query(name)).json.authUrl);
    const proxied = await pontage.fetch(`/proxy/${name}/me`, { method: 'GET' });
    expect([proxied.status, proxied.headers.get('pontage-problem')]).toEqual([409, 'consent-required']);
    urls.add(((await proxied.json()) as { authUrl: string }).authUrl);
    expect(urls.size).toBe(1);
    expect([...urls][0]).toMatch(/\/auth\/consent\/[\w-]{64}$/);
    await signInBy(String([...urls][0]), 'grace');
    expect((await query(name)).json.body.account).toBe('grace');
  });

  it('is not believed in another browser, nor with what somebody else began', async () => {
    const name = await resource();
    const { json } = await start(name);
    const opened = await fetch(json.url, { redirect: 'manual' });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(opened.headers.get('set-cookie')).toMatch(
      /^__Host-pontage-browser=[\w-]{43}; Path=\/; .*Secure; HttpOnly; SameSite=Lax$/,
    );
    const stranger = await (await browser.newContext()).newPage();
    expect((await stranger.goto(json.url))?.status()).toBe(410);
    // The callback of the one, in the browser of the other, and in one that has opened a sign-in of its own.
    const callback = await provider.signIn(opened.headers.get('location') ?? '', 'eve');
    expect((await stranger.goto(callback.href))?.status()).toBe(410);
    await stranger.goto((await start(await resource({ skipConsentScreen: false }))).json.url);
    expect((await stranger.goto(callback.href))?.status()).toBe(410);
    expect((await query(name)).status).toBe(409);
    const own = await fetch(callback, { redirect: 'manual', headers: { cookie } });
    expect(own.status).toBe(200);
    expect((await query(name)).json.body.account).toBe('eve');
    expect((await fetch(callback, { redirect: 'manual', headers: { cookie } })).status).toBe(410);
  });
});

describe('a member', () => {
  it('signs in at the provider from a session, and what they run by a token of theirs carries their grant', async () => {
    const name = await resource();
    const [email, password] = ['ada@example.com', 'a long passphrase'];
    await ask(pontage, 'POST', '/api/v1/members', { email, password, role: 'admin' });
    const headers = ownHeaders(pontage, await signIn(pontage, email, password));
    const session = { token: null, headers };
    const draft = { name: 'mine', scopes: ['queries:run'] };
    const { token } = (await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', draft, session)).json;
    expect((await query(name, {}, { token })).json.code).toBe('consent-required');

    const forged = { host: 'evil.test', 'x-forwarded-host': 'evil.test', origin: 'https://evil.test' };
    expect((await start(name, {}, { token: null, headers: { ...headers, ...forged } })).status).toBe(403);
    const { json } = await start(name, { returnTo: '/api/v1/me' }, session);
    expect(new URL(json.url).origin).toBe(pontage.url);
    const page = await (await browser.newContext()).newPage();
    await page.goto(json.url);
    await signInAtProvider(page, 'ada');
    await page.waitForURL(`${pontage.url}/api/v1/me`);
    expect((await query(name, {}, { token })).json.body.account).toBe('ada');
    expect(await standing(name, session)).toMatchObject({ state: 'authorized' });
    // It is theirs, and nobody else's.
    expect((await query(name)).json.code).toBe('consent-required');
    expect((await ask(pontage, 'DELETE', `/api/v1/resources/${name}/auth`, undefined, session)).status).toBe(200);
    expect((await query(name, {}, { token })).json.code).toBe('consent-required');
  });
});

describe('an external user in the embedded app', () => {
  it('signs in in a window of its own, and their next query carries their token, not the other’s', async () => {
    const name = await resource();
    // Nobody has signed in for everybody at the other one: that is not for external users to do, who are offered no button.
    const queries = { me: name, everybody: await resource({ share: 'everyone' }) };
    for (const [query, resource] of Object.entries(queries))
      await ask(pontage, 'PUT', `/api/v1/apps/${setting.app}/queries/${query}`, { resource, request: { path: '/me' } });
    const embedded = async (externalIdentifier: string, login: string) => {
      const page = await (await browser.newContext()).newPage();
      await refuseThirdPartyCookies(page);
      await page.goto(`${site.origin('shop')}/`);
      await mount(page, await setting.mint({ externalIdentifier }));
      const frame = await appOf(page);
      const popup = page.waitForEvent('popup');
      await frame.getByRole('button', { name: `Sign in to ${name}` }).click();
      const provided = await popup;
      await signInAtProvider(provided, login);
      if (!provided.isClosed()) await provided.waitForEvent('close');
      await frame.locator('#sign-ins:empty').waitFor({ state: 'attached' });
      return page;
    };
    const me = (page: Page) => inApp(page, `pontage.runQuery('me').then(({ body }) => body.account)`);
    const [ada, grace] = [await embedded('user-a', 'ada'), await embedded('user-g', 'grace')];
    expect([await me(ada), await me(grace), await me(ada)]).toEqual(['ada', 'grace', 'ada']);
    // What an external user agreed to is not the backend's.
    expect((await query(name)).status).toBe(409);
  });
});

describe('a sign-in that serves everybody', () => {
  it('is begun and ended by whoever may edit the resource, not by whoever may use it', async () => {
    const name = await resource({ share: 'everyone' });
    const draft = { name: 'user', scopes: ['queries:run'] };
    const { token } = (await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', draft)).json;
    const user = { token };
    const refused = await query(name, {}, user);
    expect([refused.status, refused.json.code, refused.json.authUrl]).toEqual([409, 'consent-required', undefined]);
    const begun = await start(name, {}, user);
    expect([begun.status, begun.json.code]).toEqual([403, 'forbidden']);
    expect((await standing(name, user)).explain).toContain('whoever may edit the resource has to sign in');
    expect((await query(name)).json.authUrl).toEqual(expect.stringContaining('/auth/consent/'));

    await signInBy((await start(name)).json.url, 'ada');
    expect((await query(name, {}, user)).json.body.account).toBe('ada');
    const ended = await ask(pontage, 'DELETE', `/api/v1/resources/${name}/auth`, undefined, user);
    expect(ended.status).toBe(403);
    expect((await query(name, {}, user)).status).toBe(200);
  });
});

describe('a token', () => {
  it('stands where its placeholder stands, and only there', async () => {
    const name = await resource({}, { urlParams: [['token', 'OAUTH2_TOKEN']] });
    await signInBy((await start(name)).json.url, 'ada');
    expect((await query(name)).json.body).toEqual({ account: 'ada', authorization: false });
    expect(upstream.requests.at(-1)?.url).toMatch(/^\/me\?token=(?!OAUTH2)/);
  });

  it('is not put where data of a saved query says so', async () => {
    const name = await resource({ share: 'everyone' });
    await signInBy((await start(name)).json.url, 'ada');
    await ask(pontage, 'PUT', `/api/v1/apps/${setting.app}/queries/echo`, {
      resource: name,
      request: { path: '/me', urlParams: [['text', '{{ params.text }}']] },
      params: { properties: { text: { type: 'string' } } },
    });
    const run = (text: string) =>
      ask(pontage, 'POST', `/api/v1/apps/${setting.app}/queries/echo/run`, { params: { text } });
    expect((await run('hello')).status).toBe(200);
    const before = upstream.requests.length;
    const forged = await run('OAUTH2_TOKEN');
    expect([forged.status, forged.json.errors[0]?.pointer]).toEqual([400, '/params']);
    expect(upstream.requests.length).toBe(before);
  });
});

describe('a sign-in that is over', () => {
  it('is forgotten, here and at the provider, within the next query', async () => {
    const name = await resource();
    await signInBy((await start(name)).json.url, 'ada');
    expect((await query(name)).status).toBe(200);
    const ended = await ask(pontage, 'DELETE', `/api/v1/resources/${name}/auth`);
    expect(ended.json).toEqual({ revokedAtProvider: true });
    expect((await query(name)).json.code).toBe('consent-required');
    const { json: timeline } = await ask<{ data: { event: string }[] }>(
      pontage,
      'GET',
      `/api/v1/resources/${name}/auth/timeline`,
    );
    expect(timeline.data.map(({ event }) => event)).toEqual(['revoked', 'used', 'issued']);
  });
});

describe('bad input', () => {
  it.each<[string, object, string]>([
    ['another origin', { returnTo: 'https://evil.example/' }, '/returnTo'],
    ['no URL', { returnTo: '//evil.example' }, '/returnTo'],
    ['what there is not', { scopes: [] }, '/scopes'],
  ])('is refused: %s', async (_, body, pointer) => {
    const name = await resource();
    const { status, json } = await start(name, body);
    expect([status, json.code, json.errors[0]?.pointer]).toEqual([400, 'invalid-request', pointer]);
  });

  it('is refused: a resource that asks nobody', async () => {
    const { status, json } = await start('shop');
    expect([status, json.code]).toEqual([400, 'invalid-request']);
  });

  it('a callback that nobody began is a page that says so', async () => {
    for (const search of ['', '?state=x&code=y', `?state=${'A'.repeat(64)}&code=y`]) {
      const answer = await pontage.fetch(`/oauth/callback${search}`, { method: 'GET', token: null });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([410, 'text/html; charset=utf-8']);
    }
  });

  it('shows the callback URL on a read, and takes it back', async () => {
    const name = await resource();
    const { json } = await ask<{ authentication: Record<string, unknown> }>(
      pontage,
      'GET',
      `/api/v1/resources/${name}`,
    );
    expect(json.authentication.callbackUrl).toBe(`${pontage.url}/oauth/callback`);
    const { status } = await ask(pontage, 'PATCH', `/api/v1/resources/${name}`, {
      authentication: json.authentication,
    });
    expect(status).toBe(200);
  });
});
