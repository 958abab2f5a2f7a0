import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';

let upstream: Upstream;
/** An Auth0 tenant is on HTTPS. */
let tenant: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  [upstream, tenant] = await Promise.all([startUpstream(), startUpstream({ certificate: 'localhost' })]);
  pontage = await startPontage({
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port},127.0.0.1:${tenant.port}`,
      NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../../examples/verifying-apis/certificates/ca.pem', import.meta.url)),
    },
  });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await Promise.all([upstream?.stop(), tenant?.stop()]);
}, 30_000);

interface Resource {
  readonly name: string;
  readonly authentication: Record<string, unknown>;
}
interface QueryAnswer {
  readonly status: number;
  readonly region: string;
  readonly body: unknown;
}

async function newResource(region: string, authentication: object, baseUrl = upstream.url): Promise<Resource> {
  const name = `a-${randomUUID().slice(0, 8)}`;
  const { status, json } = await ask<Resource>(pontage, 'POST', '/api/v1/resources', {
    name,
    baseUrl,
    region,
    authentication,
  });
  if (status !== 201) throw new Error(JSON.stringify(json));
  return json;
}
const query = (name: string, body: object) =>
  ask<QueryAnswer>(pontage, 'POST', `/api/v1/resources/${name}/query`, body);

const aws = (more: object = {}) => ({
  method: 'aws-sigv4',
  region: 'eu-central-1',
  accessKeyId: 'AKIDFIXTURE',
  secretAccessKey: 'fixture/s3cret+key',
  ...more,
});
const google = (more: object = {}) => ({
  method: 'google-service-account',
  key: JSON.stringify(upstream.cloud.serviceAccountKey(`${upstream.url}/google/token`)),
  ...more,
});
const role = () => ({
  roleArn: 'arn:aws:iam::123456789012:role/orders',
  externalId: 'pontage-42',
  stsEndpoint: `${upstream.url}/sts/eu-central-1`,
});
const auth0 = () => ({
  method: 'auth0',
  domain: `127.0.0.1:${tenant.port}`,
  grant: 'client_credentials',
  clientId: tenant.cloud.auth0Client.id,
  clientSecret: tenant.cloud.auth0Client.secret,
  audience: tenant.cloud.auth0Client.audience,
});

const awkward = "/a%20b/c%2Fd?b=2&a=1&b=1&c&d=%C3%A4+%2B'(!)";
const methods: { id: string; authentication: () => object; path: string; base?: () => string }[] = [
  { id: 'aws-sigv4', authentication: aws, path: `/aws/execute-api/eu-central-1${awkward}` },
  {
    id: 'aws-sigv4 for S3',
    authentication: () => aws({ service: 's3' }),
    path: '/aws/s3/eu-central-1/bucket//key%20%C3%A4?list-type=2&prefix=a%2Fb',
  },
  {
    id: 'aws-sigv4 with a role',
    authentication: () => aws(role()),
    path: `/aws/execute-api/eu-central-1${awkward}`,
  },
  {
    id: 'google-service-account, scopes',
    authentication: () => google({ scopes: ['https://www.googleapis.com/auth/pubsub'] }),
    path: '/google/api',
  },
  {
    id: 'google-service-account, ID token',
    authentication: () => google({ idTokenAudience: 'https://run.example.com' }),
    path: '/google/api',
  },
  { id: 'google-service-account, self-signed', authentication: google, path: '/google/api' },
  { id: 'auth0', authentication: auth0, path: '/auth0/orders', base: () => tenant.url },
];

describe.each(['us-west-2', 'eu-central-1'])('from %s', (region) => {
  it.each(methods)('$id: the upstream verifies what /query and /proxy send', async ({ authentication, path, base }) => {
    const { name } = await newResource(region, authentication(), base?.());
    const answer = await query(name, { path });
    expect(answer.json).toMatchObject({ status: 200, region, body: { authenticated: true } });
    const body = { type: 'json', value: { order: 'ä', lines: [1, 2] } };
    const posted = await query(name, { method: 'POST', path, body });
    expect(posted.json).toMatchObject({ status: 200, region, body: { authenticated: true } });

    const proxied = await pontage.fetch(`/proxy/${name}${path}`, { headers: { 'x-mine': '  a   b ' } });
    expect([proxied.status, await proxied.json()]).toEqual([200, expect.objectContaining({ authenticated: true })]);
    const put = await pontage.fetch(`/proxy/${name}${path}`, { method: 'PUT', body: Buffer.alloc(100_000, 'x') });
    expect([put.status, await put.json()]).toEqual([200, expect.objectContaining({ authenticated: true })]);
  });

  it("session: only the named ones of the caller's cookies are sent, and their names are in the record", async () => {
    const { name } = await newResource(region, { method: 'session', cookiesToForward: ['sid', 'csrf'] });
    const headers = { cookie: 'theme=dark; sid=1; csrf=2; other=3' };
    const proxied = await pontage.fetch(`/proxy/${name}/cookies`, { headers });
    expect(await proxied.json()).toMatchObject({ cookie: 'sid=1; csrf=2' });
    const asked = await pontage.fetch(`/api/v1/resources/${name}/query`, {
      method: 'POST',
      headers,
      json: { path: '/cookies' },
    });
    expect(await asked.json()).toMatchObject({ status: 200, region, body: { cookie: 'sid=1; csrf=2' } });
    const events = await pontage.fetch('/api/v1/audit-events?action=query.ran&limit=2');
    const { data } = (await events.json()) as { data: { data: { forwardedCookies: string[] } }[] };
    expect(data.map((event) => event.data.forwardedCookies)).toEqual([
      ['sid', 'csrf'],
      ['sid', 'csrf'],
    ]);
  });
});

describe('a credential that an upstream does not take', () => {
  it('of an assumed role is a problem with the code of the STS', async () => {
    const { name } = await newResource('eu-central-1', aws({ ...role(), externalId: 'another' }));
    const { status, json } = await query(name, { path: '/aws/execute-api/eu-central-1/' });
    expect([status, json]).toMatchObject([
      502,
      { code: 'credential-rejected', detail: expect.stringContaining('AccessDenied') },
    ]);
  });

  it('of a service account is one, too', async () => {
    const key = { ...upstream.cloud.serviceAccountKey(`${upstream.url}/google/token`), client_email: 'x@example.com' };
    const { name } = await newResource('us-west-2', { ...google(), key, scopes: ['a'] });
    const { status, json } = await query(name, { path: '/google/api' });
    expect([status, json.code]).toEqual([502, 'credential-rejected']);
  });

  it('is refused when it is saved, as far as it can be known then', async () => {
    const key = { ...upstream.cloud.serviceAccountKey(`${upstream.url}/google/token`), private_key: 'hush-hush' };
    const save = (authentication: object) =>
      ask(pontage, 'POST', '/api/v1/resources', { name: 'never', baseUrl: upstream.url, authentication });
    const pointers = async (authentication: object) => {
      const { status, json } = await save(authentication);
      expect(JSON.stringify(json)).not.toContain('hush');
      return [status, json.errors.map(({ pointer }) => pointer)];
    };
    expect(await pointers({ ...google(), key })).toEqual([400, ['/authentication/key/private_key']]);
    expect(await pointers(aws({ region: 'EU (hush)' }))).toEqual([400, ['/authentication/region']]);
    expect(await pointers(aws({ externalId: 'hush' }))).toEqual([400, ['/authentication/externalId']]);
    expect(await pointers({ ...auth0(), clientAuthentication: 'private_key_jwt' })).toEqual([
      400,
      ['/authentication/privateKey'],
    ]);
  });
});

describe('what a reader sees', () => {
  it('is whose key it is, and of secrets a placeholder that keeps them', async () => {
    const { name, authentication } = await newResource('eu-central-1', google());
    expect(authentication).toEqual({
      method: 'google-service-account',
      scopes: [],
      clientEmail: upstream.cloud.serviceAccount,
      key: { set: true, fingerprint: expect.any(String) },
    });
    const { status } = await ask(pontage, 'PATCH', `/api/v1/resources/${name}`, { authentication });
    expect(status).toBe(200);
    const { json } = await query(name, { path: '/google/api' });
    expect(json).toMatchObject({ status: 200, body: { authenticated: true } });
  });

  it('is every method with its form: regions of AWS by their right names, what is deprecated', async () => {
    interface Method {
      readonly id: string;
      readonly deprecated: boolean;
      readonly settings: {
        readonly properties: { readonly region?: { readonly options: { value: string; title: string }[] } };
      };
    }
    const { json } = await ask<{ data: Method[] }>(pontage, 'GET', '/api/v1/auth-methods');
    expect(json.data.filter(({ deprecated }) => deprecated).map(({ id }) => id)).toEqual(['session']);
    const options = json.data.find(({ id }) => id === 'aws-sigv4')?.settings.properties.region?.options ?? [];
    const titles = new Map(options.map(({ value, title }) => [value, title]));
    expect(
      ['ap-south-2', 'ap-southeast-4', 'eu-central-2', 'eu-south-2', 'me-central-1'].map((id) => titles.get(id)),
    ).toEqual([
      'Asia Pacific (Hyderabad)',
      'Asia Pacific (Melbourne)',
      'Europe (Zurich)',
      'Europe (Spain)',
      'Middle East (UAE)',
    ]);
  });
});

describe('a clock that is off (promise 38)', () => {
  const minute = 60_000;
  const path = '/aws/execute-api/eu-central-1/skew';
  const body = { type: 'json', value: { a: 1 } };
  let signed = 0;
  let corrected = 0;
  let tokens = 0;
  afterEach(() => {
    upstream.cloud.clockOffsetMs = 0;
    tenant.cloud.clockOffsetMs = 0;
  });

  // AWS takes five minutes either way, and says what time it is when it refuses.
  it.each([-7, -5.5, -4, 4, 5.5, 7])('by %d minutes is corrected once, through /query and /proxy', async (minutes) => {
    upstream.cloud.clockOffsetMs = minutes * minute;
    const { name } = await newResource('eu-central-1', aws());
    upstream.forget();
    const answer = await query(name, { method: 'POST', path, body });
    expect(answer.json).toMatchObject({ status: 200, body: { authenticated: true } });
    expect(upstream.requests).toHaveLength(Math.abs(minutes) > 5 ? 2 : 1);
    const proxied = await pontage.fetch(`/proxy/${name}${path}`);
    expect(proxied.status).toBe(200);
    signed += 2;
    corrected += upstream.requests.length - 2;
  });

  it.each([-5, 5])('by %d minutes at the provider makes no token old or young', async (minutes) => {
    tenant.cloud.clockOffsetMs = minutes * minute;
    const { name } = await newResource('eu-central-1', auth0(), tenant.url);
    tenant.forget();
    for (let round = 0; round < 3; round += 1)
      expect((await query(name, { path: '/auth0/orders' })).json).toMatchObject({ status: 200 });
    tokens += tenant.requests.filter(({ target }) => target.includes('token')).length;
    expect(tenant.requests).toHaveLength(4);
  });

  it('is of no consequence', () => {
    process.stdout.write(
      `promise 38: ${signed} signed requests at 6 clocks from -7 to +7 minutes, all accepted, ${corrected} corrected once; ${tokens} tokens for 6 queries at 2 clocks\n`,
    );
    expect([signed, corrected, tokens]).toEqual([12, 8, 2]);
  });
});
