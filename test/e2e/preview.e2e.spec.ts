import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startDigestServer, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { acquiringMethods, header, previewedMethods, query, type Preview } from './src/previewed-methods.js';
import { runQuery, saveResource } from './src/save-resource.js';

let upstream: Upstream;
/** An Auth0 tenant is on HTTPS. */
let tenant: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  [upstream, tenant] = await Promise.all([startUpstream(), startUpstream({ certificate: 'localhost' })]);
  pontage = await startPontage({
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_EGRESS_ALLOW: '127.0.0.0/8',
      NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../../examples/verifying-apis/certificates/ca.pem', import.meta.url)),
    },
  });
}, 90_000);
beforeEach(() => {
  upstream.forget();
  tenant.forget();
});
afterAll(async () => {
  await pontage?.stop();
  await Promise.all([upstream?.stop(), tenant?.stop()]);
}, 30_000);

const preview = (id: string, query: object = {}, more: { token?: string; headers?: Record<string, string> } = {}) =>
  ask<Preview>(pontage, 'POST', `/api/v1/resources/${id}/preview`, query, more);
/** The spellings that somebody would look for. */
const spellings = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64').replaceAll('=', ''),
  Buffer.from(secret).toString('base64url'),
  encodeURIComponent(secret),
  encodeURIComponent(encodeURIComponent(secret)),
  encodeURIComponent(secret).toLowerCase(),
  JSON.stringify(secret).slice(1, -1),
  createHash('sha256').update(secret).digest('hex'),
];
const found = (shown: unknown, secrets: readonly string[]): string[] => {
  const text = `${JSON.stringify(shown)} ${String((shown as Preview).body?.value)}`;
  return secrets.flatMap(spellings).filter((spelling) => text.includes(spelling));
};

describe('a preview', () => {
  it.each(previewedMethods)(
    'of $id shows the request, and none of its secrets',
    async ({ authentication, secrets, shows }) => {
      const { id } = await saveResource(pontage, { baseUrl: upstream.url, authentication });
      const { status, json } = await preview(id, query);
      expect([status, json.code]).toEqual([200, undefined]);
      expect(found(json, secrets)).toEqual([]);
      expect(json).toMatchObject({
        method: 'POST',
        body: { encoding: 'text', value: 'b=2', bytes: 3 },
        credential: { grant: 'none' },
      });
      shows(json);
      expect(upstream.requests).toEqual([]);
    },
  );

  it("of a session masks the caller's own cookies", async () => {
    const authentication = { method: 'session', cookiesToForward: ['sid'] };
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, authentication });
    const { json } = await preview(id, {}, { headers: { cookie: 'sid=canary-c00kie; theme=dark' } });
    expect(header(json, 'cookie')).toEqual(['sid=***']);
  });

  it('of digest shows the proof masked, once there has been a challenge, and uses up no nonce count', async () => {
    const user = { username: 'mufasa', password: 'circle of life' };
    await using server = await startDigestServer(user);
    const { id } = await saveResource(pontage, {
      baseUrl: server.url,
      authentication: { method: 'digest', ...user },
    });
    await runQuery(pontage, id, { path: '/' });
    for (let again = 0; again < 2; again += 1) {
      const { json } = await preview(id, { path: '/' });
      const [proof = ''] = header(json, 'authorization');
      expect(proof).toMatch(/^Digest .*response="?\*\*\*/);
      expect(proof).toContain('nc=00000002');
    }
    await runQuery(pontage, id, { path: '/' });
    expect(server.requests.map(({ status }) => status)).toEqual([401, 200, 200]);
    expect(server.requests.at(-1)?.authorization).toContain('nc=00000002');
  });

  it.each(acquiringMethods)('of $id acquires no grant, and masks the one that is there', async ({ given }) => {
    const { authentication, baseUrl, path } = given(upstream, tenant);
    const { id } = await saveResource(pontage, { baseUrl, authentication });
    const before = await preview(id, { path });
    expect([before.status, before.json.credential?.grant]).toEqual([200, 'missing']);
    expect(header(before.json, 'authorization')).toEqual([]);
    expect([upstream.requests.length, tenant.requests.length]).toEqual([0, 0]);

    const { json } = await runQuery(pontage, id, { path });
    expect(json.status).toBe(200);
    const after = await preview(id, { path });
    expect([after.status, after.json.credential?.grant]).toEqual([200, 'held']);
    expect(header(after.json, 'authorization')[0]).toContain('***');
    const { cloud } = upstream;
    const tokens = [...cloud.tokens.keys(), ...tenant.cloud.tokens.keys()];
    const keys = [...cloud.awsKeys.values()].flatMap(({ secret, sessionToken = '' }) => [secret, sessionToken]);
    const secrets = [...tokens, ...keys, tenant.cloud.auth0Client.secret].filter((text) => text !== '');
    expect(found(after.json, secrets)).toEqual([]);
    expect(JSON.stringify(after.json)).not.toMatch(/eyJ|BEGIN/);
  });

  it('masks sealed values wherever they stand, and digests that would tell them', async () => {
    const sealed = ["c4n/ary+1 '", 'c4nary-2', 'c4n"ary-3', 'c4nary-4'] as const;
    const { id } = await saveResource(pontage, {
      baseUrl: upstream.url,
      urlParams: [['p', { secret: sealed[0] }]],
      headers: [['X-Sealed', { secret: sealed[1] }]],
      body: [['b', { secret: sealed[2] }]],
      cookies: [['c', { secret: sealed[3] }]],
      authentication: {
        method: 'aws-sigv4',
        region: 'eu-central-1',
        service: 's3',
        accessKeyId: 'AKID',
        secretAccessKey: 'x',
      },
    });
    const { json } = await preview(id, { method: 'POST', body: { type: 'json', value: { a: 1 } } });
    expect(found(json, [...sealed, JSON.stringify({ b: sealed[2], a: 1 })])).toEqual([]);
    expect(json.body?.value).toBe('{"b":"***","a":1}');
    expect([header(json, 'x-sealed'), header(json, 'cookie'), header(json, 'x-amz-content-sha256')]).toEqual([
      ['***'],
      ['c=***'],
      ['***'],
    ]);
    expect(json.signed['stringToSign']).toMatch(/\n\*\*\*$/);
  });

  it('is the request that the upstream then receives', async () => {
    const { id } = await saveResource(pontage, {
      baseUrl: `${upstream.url}/echo?base=1`,
      headers: [['X-Resource', '{{ params.n }}']],
      region: 'eu-central-1',
    });
    const asked = { ...query, path: '/deep', params: { n: 'v' } };
    const { json } = await preview(id, asked);
    await runQuery(pontage, id, asked);
    const [received] = upstream.requests;
    const framing = new Set(['host', 'connection', 'content-length']);
    expect(json).toMatchObject({ region: 'eu-central-1', credential: null, maxRedirects: 5 });
    expect(json.url).toBe(`${upstream.url}${received?.target}`);
    expect(json.headers).toEqual(received?.headers.filter(([name]) => !framing.has(name.toLowerCase())));
    expect(json.body?.value).toBe(received?.body.toString());
  });

  it('shows bytes as base64, and of a large body its size', async () => {
    const { id } = await saveResource(pontage, { baseUrl: upstream.url });
    const bytes = Buffer.from([0xff, 0xfe]).toString('base64');
    expect((await preview(id, { method: 'PUT', body: { type: 'base64', value: bytes } })).json.body).toEqual({
      encoding: 'base64',
      value: bytes,
      bytes: 2,
    });
    const large = { type: 'raw', value: 'x'.repeat(300_000) };
    expect((await preview(id, { method: 'PUT', body: large })).json.body).toEqual({
      encoding: 'omitted',
      value: '',
      bytes: 300_000,
    });
  });

  it('leaves out a body and a base string that are too long to be shown', async () => {
    const oauth = { method: 'oauth1', consumerKey: 'k', consumerSecret: 'canary-c0nsumer' };
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, authentication: oauth });
    const value = Array.from({ length: 40 }, (_, at) => [`a${at}`, '\u00fc'.repeat(4_000)]);
    const { status, json } = await preview(id, { method: 'POST', body: { type: 'form', value } });
    expect([status, json.body?.encoding, json.signed]).toEqual([200, 'omitted', {}]);
    expect((await preview(id)).json.signed['signatureBaseString']).toMatch(/^GET&/);
  });

  it('is refused as its query would be, and that is on record; one that is shown is not', async () => {
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, policy: { methods: ['GET'], paths: [] } });
    expect((await preview(id)).status).toBe(200);
    const refused = await preview(id, { method: 'DELETE' });
    expect([refused.status, refused.json.code]).toEqual([403, 'forbidden']);
    const none = await preview('nobody-knows-it');
    expect([none.status, none.json.code]).toEqual([404, 'not-found']);
    const reader = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', {
      name: 'reader',
      scopes: ['resources:read'],
    });
    const scoped = await preview(id, {}, { token: reader.json.token });
    expect([scoped.status, scoped.json.code]).toEqual([403, 'missing-scope']);
    const unknown = await preview(id, { colour: 'red' });
    expect([unknown.status, unknown.json.code]).toEqual([400, 'invalid-request']);
    const denied = () => recorded('query.denied');
    await expect(until(denied, (events) => events.length >= 2)).resolves.toEqual(
      expect.arrayContaining([
        { outcome: 'denied', data: expect.objectContaining({ problem: 'forbidden', preview: true, resource: id }) },
        { outcome: 'denied', data: expect.objectContaining({ problem: 'not-found', preview: true }) },
      ]),
    );
    const ran = await recorded('query.ran');
    expect(ran.filter(({ data }) => (data as { preview?: true }).preview === true)).toEqual([]);
  });
});

interface Recorded {
  readonly outcome: string;
  readonly data: unknown;
}
async function recorded(action: string): Promise<Recorded[]> {
  const { json } = await ask<{ data: Recorded[] }>(pontage, 'GET', `/api/v1/audit-events?action=${action}`);
  return json.data.map(({ outcome, data }) => ({ outcome, data }));
}

/** What is asked for, once it is as wanted; the record is written a moment later. */
async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (const deadline = performance.now() + 10_000; ;) {
    const answer = await ask();
    if (isWanted(answer) || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
