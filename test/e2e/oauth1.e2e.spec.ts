import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  oauth1Credentials,
  startOAuth1Server,
  type OAuth1ServerOptions,
  type VerifyingServer,
} from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type Answer } from './src/ask.js';

const open: VerifyingServer[] = [];
let pontage: Pontage;

/** What `/query` answers. */
interface QueryAnswer {
  readonly status: number;
  readonly body: { readonly target?: string; readonly method?: string; readonly verified?: Record<string, string> };
}

beforeAll(async () => {
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
}, 90_000);
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});
afterAll(() => pontage?.stop(), 30_000);

async function provider(options: OAuth1ServerOptions = {}): Promise<VerifyingServer> {
  const server = await startOAuth1Server(options);
  open.push(server);
  return server;
}

async function newResource(
  server: VerifyingServer,
  authentication: object = {},
  settings: object = {},
): Promise<string> {
  const name = `o-${randomUUID().slice(0, 8)}`;
  const { status, json } = await ask(pontage, 'POST', '/api/v1/resources', {
    name,
    baseUrl: server.url,
    authentication: { method: 'oauth1', ...oauth1Credentials, ...authentication },
    ...settings,
  });
  expect([status, json]).toEqual([201, expect.anything()]);
  expect(JSON.stringify(json)).not.toContain(oauth1Credentials.tokenSecret);
  return name;
}

const query = (resource: string, body: object): Promise<Answer<QueryAnswer>> =>
  ask<QueryAnswer>(pontage, 'POST', `/api/v1/resources/${resource}/query`, body);

describe('oauth1', () => {
  describe.each(['us-west-2', 'eu-central-1'])('from %s', (region) => {
    it.each(['HMAC-SHA1', 'HMAC-SHA256', 'PLAINTEXT'])(
      'is signed through /query and /proxy: %s',
      async (signatureMethod) => {
        const server = await provider({ realm: 'Photos' });
        const resource = await newResource(server, { signatureMethod, realm: 'Photos' }, { region });
        const { json } = await query(resource, {
          method: 'POST',
          path: '/r%20v/X?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
          urlParams: [
            ['a3', 'a'],
            ['\u00fc b', '&='],
          ],
          body: {
            type: 'form',
            value: [
              ['c2', ''],
              ['a3', '2 q'],
              ['a3', "it's+100%"],
            ],
          },
        });
        expect([json.status, json.body.method]).toEqual([200, 'POST']);
        const answer = await pontage.fetch(`/proxy/${resource}/a%2Fb/c?x=1&x=%20&y=a+b`, {
          method: 'PUT',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'z=1&z=%C3%BC&z=a+b',
        });
        const body = (await answer.json()) as QueryAnswer['body'];
        expect([answer.status, body.target]).toEqual([200, '/a%2Fb/c?x=1&x=%20&y=a+b']);
        expect(body.verified?.['oauth_signature_method']).toBe(signatureMethod);
        expect(server.requests.map(({ status }) => status)).toEqual([200, 200]);
      },
    );
  });

  it('works for a consumer without a token', async () => {
    const server = await provider({ accessToken: undefined });
    const { consumerKey, consumerSecret } = oauth1Credentials;
    const name = `o-${randomUUID().slice(0, 8)}`;
    const authentication = { method: 'oauth1', consumerKey, consumerSecret };
    await ask(pontage, 'POST', '/api/v1/resources', { name, baseUrl: server.url, authentication });
    expect((await query(name, { path: '/' })).json.status).toBe(200);
  });

  it('never sends a nonce twice', async () => {
    const server = await provider();
    const resource = await newResource(server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => query(resource, { path: '/' })));
    expect(answers.map(({ json }) => json.status)).toEqual(Array(20).fill(200));
  });

  it("leaves the provider's refusal to the caller", async () => {
    const server = await provider({ tokenSecret: 'another' });
    const { json } = await query(await newResource(server), { path: '/' });
    expect([json.status, json.body, server.requests.length]).toEqual([401, 'signature', 1]);
  });

  it('signs anew on a redirect to the same origin, and goes without to another', async () => {
    const [server, other] = [await provider(), await provider()];
    const resource = await newResource(server);
    const { json } = await query(resource, {
      method: 'POST',
      path: '/moved?status=307&to=/there%3Fx=1',
      body: { type: 'form', value: [['a', '1']] },
    });
    expect([json.status, json.body.method, json.body.target]).toEqual([200, 'POST', '/there?x=1']);
    expect(server.requests.map(({ status }) => status)).toEqual([307, 200]);
    await query(resource, { path: `/moved?to=${encodeURIComponent(`${other.url}/open/x`)}` });
    expect(other.requests.map(({ authorization, status }) => [authorization, status])).toEqual([[undefined, 200]]);
  });

  it('follows the redirect of a large upload that wants no body again', async () => {
    const server = await provider();
    const resource = await newResource(server);
    const put = (status: number) =>
      pontage.fetch(`/proxy/${resource}/moved?status=${status}&to=/there`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: 'x'.repeat(400_000),
        redirect: 'manual',
      });
    expect([(await put(303)).status, server.requests.at(-1)?.method, server.requests.at(-1)?.body.length]).toEqual([
      200,
      'GET',
      0,
    ]);
    expect((await put(307)).status).toBe(307);
  });

  it('says that a large form cannot be signed', async () => {
    const resource = await newResource(await provider());
    const answer = await pontage.fetch(`/proxy/${resource}/x`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `a=${'x'.repeat(400_000)}`,
    });
    expect([answer.status, answer.headers.get('pontage-problem')]).toEqual([413, 'body-not-signable']);
  });
});
