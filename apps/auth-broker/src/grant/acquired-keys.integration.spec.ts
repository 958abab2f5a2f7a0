import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { BrokerStack, callOf } from '../broker.fixture.js';

let stack: BrokerStack;
let upstream: Upstream;
const call = callOf();
const role = 'arn:aws:iam::123456789012:role/orders';
const secretAccessKey = 'fixture/s3cret+key';

beforeAll(async () => {
  [stack, upstream] = await Promise.all([BrokerStack.start(), startUpstream()]);
  for (let count = 0; count < 3; count += 1) await stack.broker();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.stop();
});

const aws = (more: object = {}) => ({
  method: 'aws-sigv4',
  region: 'eu-central-1',
  accessKeyId: 'AKIDFIXTURE',
  secretAccessKey,
  ...more,
});
const assuming = () =>
  aws({ roleArn: role, externalId: 'pontage-42', stsEndpoint: `${upstream.url}/sts/eu-central-1` });
const google = (more: object = {}) => ({
  method: 'google-service-account',
  key: upstream.cloud.serviceAccountKey(`${upstream.url}/google/token`),
  ...more,
});
const asked = (path: string) => upstream.requests.filter(({ target }) => target.startsWith(path)).length;
const leases = (of: Parameters<typeof stack.lease>[0], count: number) =>
  Promise.all(Array.from({ length: count }, () => stack.lease(of, call)));

describe.each([
  ['an assumed role', '/sts/', assuming],
  ['a Google access token', '/google/token', () => google({ scopes: ['https://www.googleapis.com/auth/pubsub'] })],
  ['a Google ID token', '/google/token', () => google({ idTokenAudience: 'https://run.example.com' })],
])('%s', (_, path, authentication) => {
  it('is acquired once for 300 askers over three brokers, and lent without the secret', async () => {
    upstream.forget();
    const of = await stack.credential(authentication(), call);
    const lent = await leases(of, 300);
    expect(asked(path)).toBe(1);
    expect(new Set(lent.map(({ grant }) => JSON.stringify(grant?.value))).size).toBe(1);
    expect(lent[0]).toMatchObject({ secrets: {}, grant: { version: 1 } });
    expect(lent[0]?.grant?.expiresInMs).toBeGreaterThan(3_500_000);
    const seen = Buffer.concat(stack.wire);
    for (const canary of [secretAccessKey, 'PRIVATE KEY', JSON.stringify(lent[0]?.grant?.value).slice(2, -2)])
      expect(seen.includes(canary)).toBe(false);
  });

  it('is renewed once ahead of its end, while everybody goes on with the one there is', async () => {
    upstream.forget();
    const of = await stack.credential(authentication(), call);
    await stack.lease(of, call);
    await stack.letPass(of.credentialId, 3_400);
    const meanwhile = await leases(of, 100);
    expect(meanwhile.every(({ validForMs }) => validForMs <= 300_000)).toBe(true);
    expect(meanwhile.map(({ grant }) => grant?.version)).toContain(1);
    let version = 1;
    while (version === 1) version = (await stack.lease(of, call)).grant?.version ?? 0;
    expect([version, asked(path)]).toEqual([2, 2]);
  });
});

describe('settings with which nothing is acquired', () => {
  it('are lent with their secrets, and nobody is asked', async () => {
    upstream.forget();
    const keys = await stack.lease(await stack.credential(aws(), call), call);
    expect(keys).toMatchObject({ grant: null, secrets: { secretAccessKey } });
    const own = await stack.lease(await stack.credential(google(), call), call);
    expect(own).toMatchObject({ grant: null, secrets: { key: { client_email: upstream.cloud.serviceAccount } } });
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('a service account', () => {
  it('is shown by its address, which may come back with the placeholder', async () => {
    const first = await stack.credential(google({ key: JSON.stringify(google().key) }), call);
    expect(first.authentication).toEqual({
      method: 'google-service-account',
      scopes: [],
      clientEmail: upstream.cloud.serviceAccount,
      key: { set: true, fingerprint: expect.any(String) },
    });
    const again = await stack.credential(first.authentication, call, {
      resourceId: first.resourceId,
      basedOn: first.credentialId,
    });
    expect(again.authentication).toEqual(first.authentication);
  });

  it('is refused with a pointer to each fault of its key, and no text of it', async () => {
    const { private_key: pem, ...rest } = google().key;
    const refused = stack.credential(
      { ...google(), key: { ...rest, private_key: pem?.slice(0, 200), client_email: 'x' } },
      call,
    );
    await expect(refused).rejects.toMatchObject({
      slug: 'invalid-request',
      errors: [
        { pointer: '/authentication/key/client_email', detail: expect.any(String) },
        { pointer: '/authentication/key/private_key', detail: expect.any(String) },
      ],
    });
    const problem = (await refused.catch((error: unknown) => error)) as Error;
    expect(JSON.stringify([problem, problem.message])).not.toContain('BEGIN');
  });
});

describe('an OAuth 2.0 client', () => {
  it.each([
    ['basic', '/authentication/clientSecret'],
    ['private_key_jwt', '/authentication/privateKey'],
  ])('that proves itself by %s needs what that takes, when it is saved', async (clientAuthentication, pointer) => {
    const given = { method: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://h/t', clientId: 'c' };
    await expect(stack.credential({ ...given, clientAuthentication }, call)).rejects.toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer, detail: expect.any(String) }],
    });
  });
});
