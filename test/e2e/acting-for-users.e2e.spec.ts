import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { figure } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';

const [ada, grace] = ['ada@example.com', 'Grace Höpper, 100 %'] as const;
/** As docs/guides/acting-for-users.md says. */
const written = (identifier: string) => identifier.replaceAll(/^ | $|[^ -$&-~]+/g, encodeURIComponent);
const as = (identifier: string) => ({ 'pontage-user': written(identifier) });

let setting: EmbedSetting;
/** May run queries and act for users. */
let backend: string;

beforeAll(async () => {
  setting = await startEmbedSetting([]);
  const { app, pontage, upstream } = setting;
  backend = await newToken({ scopes: ['queries:run', 'users:act'] });
  await ask(pontage, 'POST', '/api/v1/resources', {
    name: 'roles',
    baseUrl: `${upstream.url}/aws/execute-api/eu-central-1`,
    authentication: {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      accessKeyId: 'AKIDFIXTURE',
      secretAccessKey: 'fixture/s3cret+key',
      roleArn: 'arn:aws:iam::123456789012:role/orders',
      externalId: 'pontage-42',
      stsEndpoint: `${upstream.url}/sts/eu-central-1`,
    },
  });
  await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/roles`, { resource: 'roles', request: { path: '/orders' } });
  const whoami = { path: '/echo', urlParams: [['user', '{{ current_user.externalIdentifier }}']] };
  for (const share of ['user', 'everyone']) {
    const query = { resource: 'shop', request: whoami, cache: { seconds: 60, share } };
    await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/whoami.${share}`, query);
  }
}, 120_000);
afterAll(async () => setting?.[Symbol.asyncDispose](), 30_000);

async function newToken(draft: Record<string, unknown>): Promise<string> {
  const { json } = await ask<{ token: string }>(setting.pontage, 'POST', '/api/v1/tokens', {
    name: 'backend',
    ...draft,
  });
  return json.token;
}

interface Ran {
  readonly status: number;
  readonly cache?: string;
  readonly body: { readonly key: string; readonly target: string };
}
const post = async (path: string, user: string | undefined, json: unknown = {}) => {
  const headers = user === undefined ? {} : as(user);
  const { status, json: ran } = await ask<Ran>(setting.pontage, 'POST', path, json, { token: backend, headers });
  if (status !== 200 || ran.status !== 200) throw new Error(`${path}: ${JSON.stringify(ran)}`);
  return ran;
};
const query = (resource: string, user?: string, json: unknown = { path: '/orders' }) =>
  post(`/api/v1/resources/${resource}/query`, user, json);
const run = (name: string, user?: string) => post(`/api/v1/apps/${setting.app}/queries/${name}/run`, user);
const sessionOf = ({ body }: Ran): string => setting.upstream.cloud.sessionOfKey.get(body.key) ?? 'none';
const userOf = ({ body }: Ran): string | null => new URL(body.target, 'http://u').searchParams.get('user');

describe('a backend that acts for users', () => {
  it('runs 200 interleaved queries of two users, and neither grant nor name of one is ever on a query of the other', async () => {
    const sessions = {
      [ada]: /^pontage-user=ada@example\.com$/,
      [grace]: /^pontage-user=Grace-H-pper--100--,[0-9a-f]{16}$/,
    };
    let right = 0;
    const one = async (index: number): Promise<void> => {
      const user = index % 2 === 0 ? ada : grace;
      const signed = index % 4 < 2 ? await query('roles', user) : await run('roles', user);
      const named = await run(index % 4 < 2 ? 'whoami.user' : 'whoami.everyone', user);
      expect(sessionOf(signed)).toMatch(sessions[user]);
      expect(userOf(named)).toBe(user);
      right += 1;
    };
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < 200) await one(next++);
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    const assumed = new Set(setting.upstream.cloud.sessions);
    figure(
      `acting for users: ${right} of 200 interleaved queries of two users went with their own grant and name, ${assumed.size} roles assumed`,
    );
    expect([right, assumed.size]).toEqual([200, 2]);
  }, 60_000);

  it('uses what the same user has in an embed session, and nothing of its own', async () => {
    const cookie = await setting.redeem(await setting.mint({ externalIdentifier: ada }));
    const inside = await setting.inside('/embedded/api/queries/roles/run', cookie, { method: 'POST', body: '{}' });
    expect(((await inside.json()) as Ran).body.key).toBe((await run('roles', ada)).body.key);
    expect(sessionOf(await run('roles'))).toMatch(/^pontage-token=backend,/);
    // 5 and "5" are one user, as they are when a URL is minted.
    const five = await setting.redeem(await setting.mint({ externalIdentifier: 5 }));
    const fifth = await setting.inside('/embedded/api/queries/roles/run', five, { method: 'POST', body: '{}' });
    expect(((await fifth.json()) as Ran).body.key).toBe((await run('roles', '5')).body.key);
  });

  it('is given a kept answer again where the upstream is told who calls, and never another user’s', async () => {
    const { pontage, app, upstream } = setting;
    const identityHeader = { name: 'X-Caller', claims: [] };
    await ask(pontage, 'POST', '/api/v1/resources', { name: 'told', baseUrl: upstream.url, identityHeader });
    // An answer that repeats the token is kept for nobody.
    const saved = { resource: 'told', request: { path: '/status/200' }, cache: { seconds: 60, share: 'user' } };
    const path = `/api/v1/apps/${app}/queries/kept`;
    const shared = { ...saved, cache: { seconds: 60, share: 'everyone' } };
    expect((await ask(pontage, 'PUT', path, shared)).json.errors[0]?.pointer).toBe('/cache/share');
    await ask(pontage, 'PUT', path, saved);
    const kept = [];
    for (const user of [ada, grace, ada, grace]) kept.push((await run('kept', user)).cache);
    expect(kept).toEqual(['miss', 'miss', 'hit', 'hit']);
  });

  it('shows the user in previews and answers of the sign-in check', async () => {
    const held = async (user: string) => {
      const path = '/api/v1/resources/roles/preview';
      const { json } = await ask<{ credential: { grant: string } }>(
        setting.pontage,
        'POST',
        path,
        {},
        { token: backend, headers: as(user) },
      );
      return json.credential.grant;
    };
    expect([await held(ada), await held('somebody else')]).toEqual(['held', 'missing']);
    const { status, json } = await ask<{ state: string }>(
      setting.pontage,
      'GET',
      '/api/v1/resources/roles/auth',
      undefined,
      {
        token: backend,
        headers: as(ada),
      },
    );
    expect([status, json.state]).toEqual([200, 'authorized']);
  });

  it('keeps the header to itself, on the proxy too', async () => {
    setting.upstream.forget();
    const answer = await setting.pontage.fetch('/proxy/shop/echo', { token: backend, headers: as(ada) });
    expect(answer.status).toBe(200);
    await query('shop', grace, { path: '/echo' });
    expect(setting.upstream.requests).toHaveLength(2);
    expect(JSON.stringify(setting.upstream.requests).toLowerCase()).not.toMatch(/pontage-user|ada@example|h%c3%b6pper/);
  });

  it('is on record as the actor, with whom it acted for', async () => {
    const { executionId } = (await query('roles', grace)) as unknown as { executionId: string };
    const events = async () =>
      (
        await ask<{ data: { executionId: string }[] }>(
          setting.pontage,
          'GET',
          `/api/v1/audit-events?action=query.ran&externalIdentifier=${encodeURIComponent(grace)}&limit=200`,
        )
      ).json.data.filter((event) => event.executionId === executionId);
    for (const deadline = performance.now() + 10_000; (await events()).length === 0;)
      if (performance.now() > deadline) break;
    expect(await events()).toMatchObject([{ actor: { type: 'token', display: 'backend' }, externalIdentifier: grace }]);
  });

  it('may do no more than its token: groups restrict it as before', async () => {
    const { pontage, app, group } = setting;
    const restricted = await newToken({ scopes: ['queries:run', 'users:act'], groupIds: [group] });
    const to = { token: restricted, headers: as(ada) };
    expect((await ask(pontage, 'POST', '/api/v1/resources/roles/query', {}, to)).json.code).toBe('not-found');
    expect((await ask(pontage, 'POST', `/api/v1/apps/${app}/queries/roles/run`, {}, to)).status).toBe(200);
    const { json } = await ask<{ uuid: string }>(pontage, 'POST', '/api/v1/apps', { name: 'Back office' });
    await ask(pontage, 'PUT', `/api/v1/apps/${json.uuid}/queries/q`, { resource: 'shop', request: { path: '/echo' } });
    expect((await ask(pontage, 'POST', `/api/v1/apps/${json.uuid}/queries/q/run`, {}, to)).json.code).toBe('not-found');
  });

  it('needs the scope for it, and names one user', async () => {
    const { pontage, upstream } = setting;
    upstream.forget();
    const plain = await newToken({ scopes: ['queries:run'] });
    const refused = await ask<{ scope: string }>(
      pontage,
      'POST',
      '/api/v1/resources/roles/query',
      {},
      { token: plain, headers: as(ada) },
    );
    expect([refused.status, refused.json.code, refused.json.scope]).toEqual([403, 'missing-scope', 'users:act']);
    for (const value of ['', 'J\u00fcrgen', 'ada%40example.com']) {
      const { status, json } = await ask(
        pontage,
        'POST',
        '/api/v1/resources/roles/query',
        {},
        { headers: { 'pontage-user': value } },
      );
      expect([value, status, json.errors[0]?.pointer]).toEqual([value, 400, '/headers/Pontage-User']);
    }
    const elsewhere = await ask(pontage, 'POST', '/api/v1/resources/roles/test', {}, { headers: as(ada) });
    expect([elsewhere.status, elsewhere.json.errors[0]?.pointer]).toEqual([400, '/headers/Pontage-User']);
    expect(upstream.requests).toHaveLength(0);
  });
});
