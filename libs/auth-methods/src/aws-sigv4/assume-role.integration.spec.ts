import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import type { OutboundRequest } from '@pontage/http-message';
import type { AuthFetch } from '../auth-method.js';
import { awsSigv4 } from './aws-sigv4.js';

let upstream: Upstream;
const secrets = { secretAccessKey: 'fixture/s3cret+key' };
const organisation = '6f1c1a3e-7c39-4a53-9c77-1f0f5b1f2a11';
const viaFetch: AuthFetch = (url, init) => fetch(url, init as RequestInit);

beforeAll(async () => (upstream = await startUpstream()));
afterAll(() => upstream.stop());
afterEach(() => {
  upstream.cloud.clockOffsetMs = 0;
  upstream.forget();
});

const settingsOf = (changes: object = {}) =>
  awsSigv4.settings.parse({
    region: 'eu-central-1',
    accessKeyId: 'AKIDFIXTURE',
    roleArn: 'arn:aws:iam::123456789012:role/orders',
    externalId: 'pontage-42',
    stsEndpoint: `${upstream.url}/sts/eu-central-1`,
    ...changes,
  });
const acquire = async (changes: object = {}, context: object = {}) => {
  const grant = await awsSigv4.acquire?.(
    { settings: settingsOf(changes), secrets: { ...secrets } },
    { fetch: viaFetch, now: () => new Date(), organisation, ...context },
  );
  if (grant === undefined) throw new Error('awsSigv4 acquires');
  return grant;
};
const send = async ({ url, method, headers, body }: OutboundRequest) => {
  const answer = await fetch(url, {
    method,
    headers: [...headers] as [string, string][],
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  return { status: answer.status, headers: [...answer.headers.entries()], text: await answer.text() };
};

describe('AssumeRole', () => {
  it('brings keys for an hour that sign, under a name that tells the caller', async () => {
    const before = Date.now();
    const caller = { kind: 'external', id: 'ada@example.com', display: 'Ada' };
    const grant = await acquire({}, { caller });
    expect(upstream.cloud.sessions.at(-1)).toBe('pontage-user=ada@example.com');
    expect((grant.expiresAt?.getTime() ?? 0) - before).toBeGreaterThan(3_590_000);
    expect((grant.expiresAt?.getTime() ?? 0) - before).toBeLessThanOrEqual(3_605_000);
    const request = {
      method: 'GET',
      url: `${upstream.url}/aws/execute-api/eu-central-1/x?b=2&a=1`,
      headers: [],
      body: undefined,
    };
    const signed = awsSigv4.apply(request, { settings: settingsOf(), secrets: {} as never }, grant, new Date());
    const answer = await send(signed);
    expect(JSON.parse(answer.text)).toMatchObject({ authenticated: true, key: grant.value.accessKeyId });
    // Without their session token they are worth nothing.
    const bare = { ...signed, headers: signed.headers.filter(([name]) => name !== 'X-Amz-Security-Token') };
    expect((await send(bare)).status).toBe(403);
  });

  it.each([-20, -6, 6, 20])(
    'gets them with a clock that is %i minutes off, asking twice, and knows when they end',
    async (minutes) => {
      upstream.cloud.clockOffsetMs = minutes * 60_000;
      const { expiresAt } = await acquire();
      expect(upstream.requests).toHaveLength(2);
      expect(Math.abs((expiresAt?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(10_000);
    },
  );

  it.each<[string, object, object, string, string]>([
    ['another external id', { externalId: 'pontage-43' }, {}, 'credential-rejected', 'AccessDenied'],
    ['no external id', { externalId: undefined }, {}, 'credential-rejected', 'AccessDenied'],
    ['another role', { roleArn: 'arn:aws:iam::123456789012:role/other' }, {}, 'credential-rejected', 'AccessDenied'],
    ['an unknown key', { accessKeyId: 'AKIDOTHER' }, {}, 'credential-rejected', 'InvalidClientTokenId'],
    ['another region', { region: 'eu-west-1' }, {}, 'credential-rejected', 'SignatureDoesNotMatch'],
  ])('is refused with %s, asked once', async (_, changes, context, slug, code) => {
    const problem = (await acquire(changes, context).catch((error: unknown) => error)) as Error;
    expect(problem).toMatchObject({ slug, detail: expect.stringContaining(code) });
    expect(JSON.stringify([problem.message, problem])).not.toContain(secrets.secretAccessKey);
    expect(upstream.requests).toHaveLength(1);
  });

  const credentials =
    '<Credentials><AccessKeyId>ASIA1234</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>';
  const whole = `<AssumeRoleResponse><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`;
  it.each([
    ['HTML', 200, '<html>'],
    ['JSON', 200, '{}'],
    ['no expiration', 200, whole.replace(/<Expiration>.*<\/Expiration>/, '')],
    ['an expiration that is none', 200, whole.replace('2036-01-01T00:00:00Z', 'tomorrow')],
    ['two of them', 200, whole.replace(credentials, credentials + credentials)],
    ['a key with a line break', 200, whole.replace('>t<', '>t\r\nX: y<')],
    ['500', 500, ''],
    ['throttling', 400, '<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>'],
    ['words of its own', 400, `<ErrorResponse><Error><Code>${secrets.secretAccessKey}</Code></Error></ErrorResponse>`],
  ])('takes no answer for keys that is none: %s', async (_, status, body) => {
    const problem = (await acquire({}, { fetch: () => Promise.resolve(new Response(body, { status })) }).catch(
      (error: unknown) => error,
    )) as Error;
    expect(problem).toMatchObject({ slug: 'token-endpoint-failed' });
    expect(JSON.stringify([problem.message, problem])).not.toContain(secrets.secretAccessKey);
  });
});

describe('a signature, as a service checks it', () => {
  const apply = (request: Partial<OutboundRequest>, settings: object = {}) =>
    awsSigv4.apply(
      { method: 'GET', url: upstream.url, headers: [], body: undefined, ...request },
      {
        settings: settingsOf({ roleArn: undefined, externalId: undefined, stsEndpoint: undefined, ...settings }),
        secrets,
      },
      undefined,
      new Date(),
    );

  it.each([
    ['/x?b=2&a=1&b=1&c', undefined],
    ["/a%20b/c%2Fd/%C3%A4/+/!$&'()*,;=:@~", undefined],
    ["/x?q=a+b&r=%2B%26&s=%C3%A4&t=!*'()", 'body'],
    ['//double//slash/', 'body'],
  ])('holds for execute-api %s', async (target, body) => {
    const url = `${upstream.url}/aws/execute-api/eu-central-1${target}`;
    const answer = await send(
      apply({ url, ...(body === undefined ? {} : { method: 'POST', body: Buffer.from(body) }) }),
    );
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"authenticated":true')]);
  });

  it.each(['/bucket/key%20with%20space', '/bucket//a%2Fb/%C3%A4%2B.txt?list-type=2&prefix=a%2Fb'])(
    'holds for s3 %s',
    async (target) => {
      const url = `${upstream.url}/aws/s3/eu-central-1${target}`;
      expect((await send(apply({ url }, { service: 's3' }))).status).toBe(200);
    },
  );

  it('is corrected once when the clocks differ', async () => {
    upstream.cloud.clockOffsetMs = 7 * 60_000;
    const credential = {
      settings: settingsOf({ roleArn: undefined, externalId: undefined, stsEndpoint: undefined }),
      secrets,
    };
    const signed = apply({ url: `${upstream.url}/aws/execute-api/eu-central-1/x` });
    const refused = await send(signed);
    expect(refused.status).toBe(403);
    const again = awsSigv4.answer?.(refused, signed, credential, undefined, new Date(), {
      random: Buffer.alloc(32),
      memory: undefined,
      answers: 0,
    });
    expect((await send(again as OutboundRequest)).status).toBe(200);
  });
});
