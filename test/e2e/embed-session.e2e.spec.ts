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

describe('inside', () => {
  it('current_user is what was minted, every digit of it', async () => {
    const minted = await setting.pontage.fetch('/api/embed-url/external-user', {
      method: 'POST',
      body: `{"landingPageUuid":"${setting.app}","groupIds":[${setting.group}],"externalIdentifier":9223372036854775807,"userInfo":{"email":"a@b.example","first_name":"Ada","lastName":"B"},"metadata":{"storeId":9223372036854775807,"vip":true}}`,
      headers: { 'content-type': 'application/json' },
    });
    const { embedUrl } = (await minted.json()) as { embedUrl: string };
    const cookie = await setting.redeem(embedUrl);
    const answer = await setting.inside('/embedded/api/me', cookie);
    const text = await answer.text();
    expect(text).toContain('"metadata":{"storeId":9223372036854775807,"vip":true}');
    expect(JSON.parse(text)).toMatchObject({
      type: 'external',
      externalIdentifier: '9223372036854775807',
      email: 'a@b.example',
      firstName: 'Ada',
      lastName: 'B',
      environment: 'production',
      groups: [{ id: setting.group }],
      app: { uuid: setting.app, name: 'Customer portal' },
    });
    const run = await setting.inside('/embedded/api/queries/orders.list/run', cookie, {
      method: 'POST',
      body: '{"params":{"page":2}}',
    });
    expect(await run.json()).toMatchObject({ status: 200, body: { target: '/echo?store=9223372036854775807&page=2' } });
    const listed = await setting.pontage.fetch('/api/v1/embed-sessions?externalIdentifier=9223372036854775807');
    expect(await listed.text()).toContain('"metadata":{"storeId":9223372036854775807,"vip":true}');
  });

  it.each<[string, unknown]>([
    ['a URL', { params: {}, url: 'http://evil.test' }],
    ['a resource', { params: {}, resource: 'other' }],
    ['headers', { params: {}, headers: [['x', 'y']] }],
    ['a query', { params: {}, request: { path: '/admin' } }],
    ['metadata', { params: {}, metadata: { storeId: 6 } }],
    ['a parameter that was not declared', { params: { storeId: 6 } }],
    ['a parameter of another type', { params: { page: '1 or 1=1' } }],
  ])('a caller cannot bring %s', async (_, body) => {
    const cookie = await setting.redeem(await setting.mint());
    const run = await setting.inside('/embedded/api/queries/orders.list/run', cookie, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect([run.status, await codeOf(run)]).toEqual([400, 'invalid-request']);
  });

  it('the page may be framed by those parents only, and is not kept', async () => {
    const cookie = await setting.redeem(await setting.mint({ allowedOrigins: [parent] }));
    const page = await setting.inside(`/embedded/authed/${setting.app}/`, cookie, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual([
      200,
      'no-store',
      'no-referrer',
    ]);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ').at(-1)).toBe(`frame-ancestors ${parent}`);
    expect(policy).toMatch(/default-src 'none'; script-src 'self';/);
    expect(await page.text()).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style=/);
  });

  it('without a session there is only a page that says so', async () => {
    const page = await setting.inside(`/embedded/authed/${setting.app}/`, '', { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([401, expect.stringContaining('content="embed-session-expired"')]);
  });

  it('a revoked session is refused at once, and one that ends itself too', async () => {
    const cookie = await setting.redeem(await setting.mint({ externalIdentifier: 'revoked' }));
    expect((await setting.inside('/embedded/api/me', cookie)).status).toBe(200);
    const { data } = (await (
      await setting.pontage.fetch('/api/v1/embed-sessions?externalIdentifier=revoked')
    ).json()) as { data: { id: string }[] };
    expect((await setting.pontage.fetch(`/api/v1/embed-sessions/${data[0]?.id}`, { method: 'DELETE' })).status).toBe(
      204,
    );
    const answer = await setting.inside('/embedded/api/me', cookie);
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'embed-session-expired']);

    const own = await setting.redeem(await setting.mint());
    expect((await setting.inside('/embedded/api/session', own, { method: 'DELETE' })).status).toBe(204);
    expect((await setting.inside('/embedded/api/me', own)).status).toBe(401);
  });
});
