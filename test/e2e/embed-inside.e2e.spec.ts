import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';

const parent = 'https://shop.example';
let setting: EmbedSetting;

beforeAll(async () => {
  setting = await startEmbedSetting([parent, 'https://other.example']);
}, 120_000);
afterAll(async () => {
  await setting?.[Symbol.asyncDispose]();
}, 30_000);

const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code;
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

  it('a session runs in the environment that it was minted for, and in no other', async () => {
    const environments = { staging: { headers: [['X-Place', 'staging']] } };
    const changed = await setting.pontage.fetch('/api/v1/resources/shop', { method: 'PATCH', json: { environments } });
    expect(changed.status).toBe(200);
    const placeOf = async (minted: Record<string, unknown>, body: object) => {
      const cookie = await setting.redeem(await setting.mint(minted));
      const run = await setting.inside('/embedded/api/queries/orders.list/run', cookie, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (run.status !== 200) return codeOf(run);
      const { body: echo } = (await run.json()) as { body: { headers: [string, string][] } };
      return echo.headers.find(([name]) => name.toLowerCase() === 'x-place')?.[1];
    };
    expect(await placeOf({ environment: 'staging' }, {})).toBe('staging');
    expect(await placeOf({}, {})).toBeUndefined();
    expect(await placeOf({}, { environment: 'staging' })).toBe('invalid-request');
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
