import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, type List } from './src/ask.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';

const parent = 'https://shop.example';
let setting: EmbedSetting;

beforeAll(async () => {
  setting = await startEmbedSetting([parent, 'https://other.example']);
}, 120_000);
afterAll(async () => {
  await setting?.[Symbol.asyncDispose]();
}, 30_000);

const open = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url, { method, headers, redirect: 'manual' });
const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code;
interface Event {
  readonly action: string;
  readonly outcome: string;
  readonly actor: { readonly type: string };
}
const eventsOf = async (query: string): Promise<readonly Event[]> =>
  (await ask<List<Event>>(setting.pontage, 'GET', `/api/v1/audit-events?${query}`)).json.data;

describe('minting', () => {
  it('gives a URL at the embed origin that says when it ends', async () => {
    const answer = await setting.pontage.fetch('/api/embed-url/external-user', {
      method: 'POST',
      json: { landingPageUuid: setting.app, groupIds: [setting.group], externalIdentifier: 1, urlTtlSeconds: 10 },
      headers: { host: 'evil.test', 'x-forwarded-host': 'evil.test' },
    });
    const { embedUrl, expiresAt } = (await answer.json()) as { embedUrl: string; expiresAt: string };
    expect([answer.status, embedUrl]).toEqual([
      200,
      expect.stringMatching(new RegExp(`^${setting.embedOrigin}/embed/[A-Za-z0-9_-]{64}$`)),
    ]);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(10_000);
  });

  it.each<Record<string, string>>([{ origin: 'https://shop.example' }, { 'sec-fetch-site': 'same-origin' }])(
    'is not for browsers: %j',
    async (headers) => {
      const answer = await setting.pontage.fetch('/api/embed-url/external-user', { method: 'POST', json: {}, headers });
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'browser-refused']);
      expect((await eventsOf('action=request.denied&limit=1'))[0]).toMatchObject({
        outcome: 'denied',
        data: { code: 'browser-refused', route: '/api/embed-url/external-user' },
      });
    },
  );

  it('says which field is wrong, and changes nothing', async () => {
    const before = (await eventsOf('action=embed-url.*')).length;
    const faults: [Record<string, unknown>, string][] = [
      [{ groupIds: [999_999] }, '/groupIds/0'],
      [{ environment: 'nowhere' }, '/environment'],
      [{ branch: 'main' }, '/branch'],
      [{ releaseVersion: '9.9.9' }, '/releaseVersion'],
      [{ allowedOrigins: ['https://evil.example'] }, '/allowedOrigins/0'],
      [{ metadata: { a: 1.5 } }, '/metadata/a'],
      [{ unknown: 1 }, '/unknown'],
      [{ landingPageUuid: randomUUID() }, '/landingPageUuid'],
    ];
    for (const [more, pointer] of faults) {
      const answer = await setting.pontage.fetch('/api/embed-url/external-user', {
        method: 'POST',
        json: { landingPageUuid: setting.app, groupIds: [setting.group], externalIdentifier: 'x', ...more },
      });
      const problem = (await answer.json()) as { code: string; errors?: { pointer: string }[] };
      expect({
        more,
        status: answer.status,
        code: problem.code,
        at: problem.errors?.map((each) => each.pointer),
      }).toEqual({ more, status: 400, code: 'invalid-request', at: [pointer] });
    }
    expect((await eventsOf('action=embed-url.*')).length).toBe(before);
  });
});

describe('redeeming', () => {
  it('opens a session, once', async () => {
    const url = await setting.mint();
    const first = await open(url);
    expect([first.status, first.headers.get('location'), first.headers.get('cache-control')]).toEqual([
      303,
      `/embedded/authed/${setting.app}/`,
      'no-store',
    ]);
    expect(first.headers.get('set-cookie')).toMatch(
      new RegExp(
        `^${setting.cookieName}=[A-Za-z0-9_-]{64}; Path=/; Max-Age=\\d+; Secure; HttpOnly; SameSite=None; Partitioned$`,
      ),
    );
    const again = await open(url);
    expect([
      again.status,
      again.headers.get('content-type'),
      await codeOf(again),
      again.headers.get('set-cookie'),
    ]).toEqual([410, 'application/problem+json', 'embed-url-redeemed', null]);
  });

  it('lets one of many at once through', async () => {
    const url = await setting.mint();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => open(url, { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array.from({ length: 39 }, () => 410)]);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['HEAD', 'HEAD', {}, 200],
    ['OPTIONS', 'OPTIONS', {}, 204],
    ['a prefetch', 'GET', { 'sec-purpose': 'prefetch', 'sec-fetch-dest': 'document' }, 200],
    ['an old prefetch', 'GET', { purpose: 'prefetch' }, 200],
    ['a Firefox prefetch', 'GET', { 'x-moz': 'prefetch' }, 200],
    ['a preview robot', 'GET', { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }, 200],
    ['a script', 'GET', { 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'cross-site' }, 200],
    ['an image', 'GET', { 'sec-fetch-dest': 'image' }, 200],
    ['a window of its own', 'GET', { 'sec-fetch-dest': 'document', accept: 'text/html' }, 200],
    ['a foreign Referer', 'GET', { referer: 'https://shop.example.evil.test/' }, 403],
    ['a plain-http Referer', 'GET', { referer: 'http://shop.example/' }, 403],
    ['a form from elsewhere', 'POST', { origin: 'https://evil.test', 'content-type': 'text/plain' }, 403],
    [
      'a form that says cross-site',
      'POST',
      { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' },
      403,
    ],
  ])('is not done by %s', async (_, method, headers, status) => {
    const url = await setting.mint();
    expect([(await open(url, headers, method)).status, (await open(url)).status]).toEqual([status, 303]);
  });

  it('takes an allowed Referer and the form of our own page', async () => {
    expect(
      (await open(await setting.mint(), { referer: `${parent}/orders?page=2`, 'sec-fetch-dest': 'iframe' })).status,
    ).toBe(303);
    expect(
      (
        await open(
          await setting.mint(),
          { 'sec-fetch-site': 'same-origin', origin: 'null', 'content-type': 'application/x-www-form-urlencoded' },
          'POST',
        )
      ).status,
    ).toBe(303);
  });

  it('never goes on with a session that the browser brought along', async () => {
    const old = await setting.redeem(await setting.mint({ externalIdentifier: 'victim' }));
    const answer = await open(await setting.mint({ externalIdentifier: 'attacker' }), { cookie: old });
    const fresh = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(fresh).not.toBe(old);
    expect(await (await setting.inside('/embedded/api/me', fresh)).json()).toMatchObject({
      externalIdentifier: 'attacker',
    });
    expect(await (await setting.inside('/embedded/api/me', old)).json()).toMatchObject({
      externalIdentifier: 'victim',
    });
    const planted = await open(await setting.mint(), { cookie: `${setting.cookieName}=planted` });
    expect(planted.headers.get('set-cookie')).not.toContain('planted');
  });

  it('shows people a page, sends on the browser whose session it made, and tells the others why', async () => {
    const url = await setting.mint();
    const cookie = await setting.redeem(url);
    const page = { accept: 'text/html', 'sec-fetch-dest': 'iframe' };
    const own = await open(url, { ...page, cookie });
    expect([own.status, await own.text()]).toEqual([
      410,
      expect.stringContaining(`name="pontage-forward" content="/embedded/authed/${setting.app}/"`),
    ]);
    for (const other of ['', await setting.redeem(await setting.mint())]) {
      const answer = await open(url, { ...page, cookie: other });
      const text = await answer.text();
      expect([answer.status, answer.headers.get('content-security-policy')]).toEqual([
        410,
        expect.stringContaining(`frame-ancestors ${parent} https://other.example`),
      ]);
      expect(text).toContain('name="pontage-code" content="embed-url-redeemed"');
      expect(text).not.toContain('pontage-forward');
    }
  });

  it.each(['x', 'A'.repeat(64), 'A'.repeat(63), `${'A'.repeat(63)}%00`, '..%2f..%2fdocs', `${'A'.repeat(400)}`])(
    'knows nothing of %j',
    async (nonce) => {
      const answer = await open(`${setting.embedOrigin}/embed/${nonce}`);
      expect([answer.status, await codeOf(answer)]).toEqual([404, 'not-found']);
    },
  );

  it('happens at the embed origin only', async () => {
    const url = new URL(await setting.mint());
    const answer = await open(`${setting.pontage.url}${url.pathname}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([308, url.href]);
    expect((await open(url.href)).status).toBe(303);
  });

  it('leaves its trace: minted, redeemed, refused', async () => {
    const url = await setting.mint({ externalIdentifier: 'traced' });
    await setting.redeem(url);
    await open(url);
    const events = await eventsOf('externalIdentifier=traced&action=embed-url.*');
    expect(events.map(({ action, outcome, actor }) => [action, outcome, actor.type])).toEqual([
      ['embed-url.refused', 'denied', 'anonymous'],
      ['embed-url.redeemed', 'success', 'external'],
      ['embed-url.minted', 'success', 'token'],
    ]);
    const refused = await open(await setting.mint(), { referer: 'https://evil.test/' });
    expect(refused.status).toBe(403);
    expect((await eventsOf('action=request.denied&limit=1'))[0]).toMatchObject({
      actor: { type: 'anonymous' },
      data: { code: 'forbidden', route: '/embed/:nonce' },
    });
  });
});
