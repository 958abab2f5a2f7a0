import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { appOf, inApp, mount, refuseThirdPartyCookies, told, type Told } from './src/browser/embedding.js';
import { launchChromium } from './src/browser/launch-chromium.js';
import { startParentSite, type ParentSite } from './src/browser/parent-site.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';

let site: ParentSite;
/** The same names at another port: other origins. */
let elsewhere: ParentSite;
let setting: EmbedSetting;
let browser: Browser;

beforeAll(async () => {
  [site, elsewhere] = await Promise.all([startParentSite(), startParentSite()]);
  setting = await startEmbedSetting([site.origin('shop'), site.origin('other')]);
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await setting?.[Symbol.asyncDispose]();
  await Promise.all([site?.stop(), elsewhere?.stop()]);
}, 60_000);

async function parentPage(name: string, within?: BrowserContext): Promise<Page> {
  const page = await (within ?? (await browser.newContext())).newPage();
  await refuseThirdPartyCookies(page);
  await page.goto(`${site.origin(name)}/`);
  return page;
}

describe('an embedded app', () => {
  it('is tried in a browser that keeps no third-party cookie but a partitioned one', async () => {
    const page = await parentPage('shop');
    const cookieOf = async (address: string) => {
      await page.goto(address);
      return page.frameLocator('iframe').locator('#cookies').textContent();
    };
    const plain = encodeURIComponent(`${setting.embedOrigin.replace(/\d+$/, String(site.port))}/plain-cookie`);
    expect(await cookieOf(`${site.origin('shop')}/frame?url=${plain}`)).toBe('none');
  });

  it('knows its user and runs its saved queries, with third-party cookies blocked', async () => {
    const page = await parentPage('shop');
    await mount(
      page,
      await setting.mint({ userInfo: { firstName: 'Ada', lastName: 'Lovelace' }, metadata: { storeId: 51 } }),
    );
    const frame = await appOf(page);
    expect(await frame.textContent('#user')).toBe('Ada Lovelace');
    expect(frame.url()).toBe(`${setting.embedOrigin}/embedded/authed/${setting.app}/`);
    expect(await inApp(page, 'pontage.currentUser().then((user) => user.metadata)')).toEqual({ storeId: 51 });
    expect(
      await inApp(
        page,
        `pontage.runQuery('orders.list', { page: 3 }).then(({ status, body }) => [status, body.target])`,
      ),
    ).toEqual([200, '/echo?store=51&page=3']);
    expect(await inApp(page, 'document.cookie')).toBe('');
  });

  it('keeps every digit of an int64', async () => {
    const page = await parentPage('shop');
    await mount(page, await mintText('{"storeId":9223372036854775807}'));
    expect(
      await inApp(
        page,
        'pontage.currentUser().then((user) => [typeof user.metadata.storeId, String(user.metadata.storeId)])',
      ),
    ).toEqual(['bigint', '9223372036854775807']);
  });

  it('can be tried by hand', async () => {
    const page = await parentPage('shop');
    await mount(page, await setting.mint());
    const frame = await appOf(page);
    await frame.fill('#query', 'orders.list');
    await frame.fill('#params', '{"page":2}');
    await frame.click('button');
    await frame.locator('#result', { hasText: '/echo?store=5&page=2' }).waitFor();
  });

  it('survives a reload of its frame, on the session that it has', async () => {
    const page = await parentPage('shop');
    await mount(page, await setting.mint());
    const frame = await appOf(page);
    await frame.evaluate('location.reload()');
    await frame.waitForURL('**/embedded/authed/**');
    expect((await (await appOf(page)).textContent('#user'))?.length).toBeGreaterThan(0);
    expect((await told(page)).errors).toEqual([]);
  });

  it('tells the parent when its session has been ended', async () => {
    const page = await parentPage('shop');
    await mount(page, await setting.mint({ externalIdentifier: 'to-be-ended' }));
    await appOf(page);
    const { data } = (await (
      await setting.pontage.fetch('/api/v1/embed-sessions?externalIdentifier=to-be-ended')
    ).json()) as { data: { id: string }[] };
    await setting.pontage.fetch(`/api/v1/embed-sessions/${data[0]?.id}`, { method: 'DELETE' });
    expect(await inApp(page, `pontage.runQuery('orders.list').catch((error) => error.code)`)).toBe(
      'embed-session-expired',
    );
    expect((await told(page)).expired).toBe(1);
  });
});

describe('an embed URL in a browser', () => {
  it('that was used elsewhere is told to the parent', async () => {
    const url = await setting.mint();
    await setting.redeem(url);
    const page = await parentPage('shop');
    await mount(page, url);
    await page.waitForFunction(() => (globalThis as unknown as { told: Told }).told.errors.length > 0);
    expect((await told(page)).errors).toEqual(['embed-url-redeemed']);
  });

  it('that was used is replaced by a fresh one, once', async () => {
    const [used, usedToo, fresh] = [
      await setting.mint(),
      await setting.mint(),
      await setting.mint({ userInfo: { firstName: 'Fresh' } }),
    ];
    await setting.redeem(used);
    await setting.redeem(usedToo);
    const page = await parentPage('shop');
    await mount(page, used, { refreshUrls: [fresh] });
    expect(await (await appOf(page)).textContent('#user')).toBe('Fresh');

    const unlucky = await parentPage('shop');
    await mount(unlucky, used, { refreshUrls: [usedToo, await setting.mint()] });
    await unlucky.waitForFunction(() => (globalThis as unknown as { told: Told }).told.errors.length > 0);
    expect((await told(unlucky)).errors).toEqual(['embed-url-redeemed']);
  });

  it('leads the browser back that holds the session which it made', async () => {
    const context = await browser.newContext();
    const url = await setting.mint({ userInfo: { firstName: 'Same' } });
    const page = await parentPage('shop', context);
    await mount(page, url);
    await appOf(page);
    const again = await parentPage('shop', context);
    await mount(again, url);
    expect(await (await appOf(again)).textContent('#user')).toBe('Same');
    expect((await told(again)).errors).toEqual([]);
  });

  it('opened in a window of its own goes on by itself', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(await setting.mint({ userInfo: { firstName: 'Window' } }));
    await page.waitForURL('**/embedded/authed/**');
    await page.locator('#user', { hasText: 'Window' }).waitFor();
  });
});

describe('a page that may not embed the app', () => {
  it('is told apart from one that may', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${site.origin('shop')}/frame?url=${encodeURIComponent(await setting.mint())}`);
    await expect(expectBlocked(page)).rejects.toThrow();
  });

  it.each([
    ['a stranger', () => `${site.origin('evil')}/frame`],
    ['a subdomain of an allowed one', () => `${site.origin('sub.shop')}/frame`],
    ['one that has an allowed name in its own', () => `${site.origin('shop.evil')}/frame`],
    ['the allowed host at another port', () => `${elsewhere.origin('shop')}/frame`],
  ])('%s does not spend the URL, and shows nothing of it', async (_, address) => {
    const url = await setting.mint();
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${address()}?url=${encodeURIComponent(url)}`);
    await expectBlocked(page);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
  });

  it.each([
    [
      'one that hides its address',
      (url: string) => ({ at: `${site.origin('evil')}/frame?policy=no-referrer&url=${encodeURIComponent(url)}` }),
    ],
    [
      'a data: page',
      (url: string) => ({ at: `${site.origin('evil')}/`, frame: `data:text/html,<iframe src="${url}"></iframe>` }),
    ],
    ['a sandboxed frame without an origin', (url: string) => ({ at: `${site.origin('shop')}/`, sandboxed: url })],
  ])('%s sees nothing, whatever it spends', async (_, plan) => {
    const page = await (await browser.newContext()).newPage();
    const { at, frame, sandboxed } = plan(await setting.mint()) as { at: string; frame?: string; sandboxed?: string };
    await page.goto(at);
    await page.evaluate(
      ({ frame, sandboxed }) => {
        if (frame === undefined && sandboxed === undefined) return undefined;
        const element = document.createElement('iframe');
        if (frame !== undefined) element.src = frame;
        if (sandboxed !== undefined) {
          element.setAttribute('sandbox', 'allow-scripts');
          element.srcdoc = `<iframe src="${sandboxed}"></iframe>`;
        }
        // It fires when the frames inside have loaded, too.
        const loaded = new Promise((resolve) => (element.onload = resolve));
        document.body.append(element);
        return loaded.then(() => undefined);
      },
      { frame, sandboxed },
    );
    await expectBlocked(page);
  });

  it('hears nothing of the parent’s data, and cannot speak for the app', async () => {
    const page = await parentPage('shop');
    await mount(page, await setting.mint(), { data: { isAdmin: true, secret: 'for the app only' } });
    expect(await inApp(page, `new Promise((resolve) => pontage.watchParentData('isAdmin', resolve))`)).toBe(true);
    // Another frame of the same page, at the app's own origin and at a foreign one, asks the same.
    for (const src of [`${setting.embedOrigin}/healthz`, `${site.origin('evil')}/`]) {
      await page.evaluate(
        (address) =>
          new Promise((resolve) => {
            const frame = document.createElement('iframe');
            frame.onload = resolve;
            frame.src = address;
            frame.id = 'stranger';
            document.querySelector('#stranger')?.remove();
            document.body.append(frame);
          }),
        src,
      );
      const stranger = await (await page.locator('#stranger').elementHandle())?.contentFrame();
      const heard = await stranger?.evaluate(
        () =>
          new Promise((resolve) => {
            addEventListener('message', ({ data }) => resolve(data));
            parent.postMessage({ type: 'PARENT_WINDOW_QUERY', selector: 'secret', pageName: 'x', id: '1' }, '*');
            parent.postMessage({ type: 'EMBED_ERROR', code: 'forged' }, '*');
            setTimeout(() => resolve('nothing'), 300);
          }),
      );
      expect(heard).toBe('nothing');
    }
    expect((await told(page)).errors).toEqual([]);
  });
});

async function mintText(metadata: string): Promise<string> {
  const body = `{"landingPageUuid":"${setting.app}","groupIds":[${setting.group}],"externalIdentifier":"u","metadata":${metadata}}`;
  const answer = await setting.pontage.fetch('/api/embed-url/external-user', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  return ((await answer.json()) as { embedUrl: string }).embedUrl;
}

/** Every frame below the page has settled, and none of them shows the app. */
async function expectBlocked(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => document.readyState === 'complete');
  const shown = await Promise.all(
    page.frames().map((frame) => frame.evaluate(() => document.querySelector('#user') !== null).catch(() => false)),
  );
  expect(shown.filter(Boolean)).toEqual([]);
  const inFrames = page
    .frames()
    .filter((frame) => frame !== page.mainFrame())
    .map((frame) => frame.url());
  expect(inFrames.length).toBeGreaterThan(0);
  expect(inFrames.filter((url) => url.startsWith(`${setting.embedOrigin}/embedded/`))).toEqual([]);
}
