import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { certificate } from '@pontage/fixtures';
import { OAuthProvider, startPontage, type Pontage } from '@pontage/testkit';
import type { Browser } from 'playwright-core';
import { ask } from './src/ask.js';
import { launchChromium } from './src/browser/launch-chromium.js';
import { signInAtProvider } from './src/browser/sign-in-at-provider.js';
import { PeopleUpstream } from './src/upstreams/people-upstream.js';

let pontage: Pontage;
let tenant: OAuthProvider;
let upstream: PeopleUpstream;
let browser: Browser;

beforeAll(async () => {
  const authority = fileURLToPath(new URL('../../examples/verifying-apis/certificates/ca.pem', import.meta.url));
  pontage = await startPontage({
    env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8', NODE_EXTRA_CA_CERTS: authority },
  });
  tenant = await OAuthProvider.start([`${pontage.url}/oauth/callback`], certificate('localhost'));
  upstream = await PeopleUpstream.start(tenant);
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await pontage?.stop();
  for (const each of [tenant, upstream]) await each?.[Symbol.asyncDispose]();
}, 60_000);

it('people sign in at an Auth0 tenant of which the domain is known, and stay signed in until they go', async () => {
  const authentication = tenant.authentication({ audience: 'https://orders.example', skipConsentScreen: false });
  const draft = { name: 'orders', baseUrl: upstream.url, authentication };
  expect((await ask(pontage, 'POST', '/api/v1/resources', draft)).status).toBe(201);
  const query = () =>
    ask<{ body: { account: string } }>(pontage, 'POST', '/api/v1/resources/orders/query', { path: '/me' });
  expect((await query()).json.code).toBe('consent-required');

  const { json } = await ask<{ url: string }>(pontage, 'POST', '/api/v1/resources/orders/auth/start', {});
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await page.goto(json.url);
  expect(await page.textContent('body')).toContain(new URL(tenant.origin).host);
  const leaves = page.waitForRequest((request) => request.url().startsWith(`${tenant.origin}/authorize?`));
  await page.getByRole('link', { name: /Continue/ }).click();
  const asked = new URL((await leaves).url()).searchParams;
  expect([asked.get('audience'), asked.get('code_challenge_method'), asked.get('redirect_uri')]).toEqual([
    'https://orders.example',
    'S256',
    `${pontage.url}/oauth/callback`,
  ]);
  await signInAtProvider(page, 'ada');
  await page.locator('h1', { hasText: 'You are signed in' }).waitFor();
  expect((await query()).json.body.account).toBe('ada');

  const refreshes = tenant.refreshes.granted;
  tenant.endAccessTokens();
  expect([(await query()).json.body.account, tenant.refreshes.granted - refreshes]).toEqual(['ada', 1]);
  const ended = await ask(pontage, 'DELETE', '/api/v1/resources/orders/auth');
  expect(ended.json).toEqual({ revokedAtProvider: true });
  expect((await query()).json.code).toBe('consent-required');
}, 60_000);
