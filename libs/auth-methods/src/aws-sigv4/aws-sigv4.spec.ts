import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { OutboundRequest } from '@pontage/http-message';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { awsSigv4 } from './aws-sigv4.js';
import { serviceOf, stsOf, stsRegionOf } from './aws-service.js';

const given = { region: 'eu-central-1', accessKeyId: 'AKIDEXAMPLE' };
const secrets = { secretAccessKey: 'canary-s3cret/+KEY' };
const keys = { accessKeyId: 'ASIAROLE', secretAccessKey: 'role-s3cret', sessionToken: 'canary-role-t0ken==' };
const now = new Date('2026-11-20T12:00:00Z');
const role = { ...given, roleArn: 'arn:aws:iam::123456789012:role/Orders', externalId: 'pontage-42' };
const settingsOf = (changes: object = {}) => awsSigv4.settings.parse({ ...given, ...changes });

conformsToAuthMethod(awsSigv4, [
  { credential: { settings: settingsOf(), secrets } },
  { credential: { settings: settingsOf({ service: 's3' }), secrets: { ...secrets, sessionToken: 'canary-t0ken' } } },
  { credential: { settings: settingsOf(role), secrets }, grant: { value: keys, expiresAt: null } },
]);

const request = (changes: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'PUT',
  url: 'https://bucket.s3.eu-central-1.amazonaws.com/a%20b?x=2&x=1',
  headers: [['Content-Type', 'text/plain']],
  body: Buffer.from('hello'),
  ...changes,
});
const applied = (changes: Partial<OutboundRequest> = {}, settings: object = {}, at = now) =>
  awsSigv4.apply(request(changes), { settings: settingsOf(settings), secrets }, undefined, at);
const header = ({ headers }: OutboundRequest, name: string) =>
  headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
const pointers = (changes: object): string[] =>
  awsSigv4.settings.safeParse({ ...given, ...changes }).error?.issues.map(({ path }) => path.join('/')) ?? [];

/** AWS's own recipe for the key, written out. */
const signedWith = (secret: string, text: string): string =>
  ['20261120', 'eu-central-1', 's3', 'aws4_request', text]
    .reduce<Buffer>((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${secret}`))
    .toString('hex');

describe('awsSigv4', () => {
  it('explains what it has signed, and names the signature among what is secret', () => {
    const signed = applied();
    const credential = { settings: settingsOf(), secrets };
    const { canonicalRequest = '', stringToSign = '' } = awsSigv4.explain?.(signed, credential, undefined) ?? {};
    const signature = signedWith(secrets.secretAccessKey, stringToSign);
    expect(header(signed, 'authorization')).toEqual([expect.stringContaining(`Signature=${signature}`)]);
    expect(stringToSign.split('\n')[3]).toBe(createHash('sha256').update(canonicalRequest).digest('hex'));
    expect(awsSigv4.injectedValues(credential, undefined, signed)).toEqual([given.accessKeyId, signature]);
  });

  it('leaves the URL as it is and replaces what a request brings of a signature', () => {
    const signed = applied({
      headers: [
        ['authorization', 'AWS4-HMAC-SHA256 mine'],
        ['x-amz-date', '20200101T000000Z'],
        ['X-Amz-Security-Token', 'mine'],
      ],
    });
    expect(signed.url).toBe('https://bucket.s3.eu-central-1.amazonaws.com/a%20b?x=2&x=1');
    expect(header(signed, 'x-amz-date')).toEqual(['20261120T120000Z']);
    expect(header(signed, 'x-amz-security-token')).toEqual([]);
    expect(header(signed, 'authorization')).toEqual([
      expect.stringContaining('Credential=AKIDEXAMPLE/20261120/eu-central-1/s3/aws4_request'),
    ]);
  });

  it('does not sign what others change on the way', () => {
    const names = ['User-Agent', 'Accept-Encoding', 'X-Forwarded-For', 'Via', 'Connection', 'Content-Length'];
    const signed = applied({
      headers: [...names.map((name) => [name, '1'] as const), ['Range', 'bytes=0-9'], ['X-A', '']],
    });
    expect(header(signed, 'authorization')[0]).toContain(
      'SignedHeaders=host;range;x-a;x-amz-content-sha256;x-amz-date,',
    );
  });

  it('signs a body that is not here for S3 alone, or when its hash is named', () => {
    const pulled = { body: undefined, bodyIsPulled: true };
    expect(header(applied(pulled), 'x-amz-content-sha256')).toEqual(['UNSIGNED-PAYLOAD']);
    expect(() => applied({ ...pulled, url: 'https://api.example.com/' })).toThrow(
      expect.objectContaining({ slug: 'body-not-signable', facts: { limitBytes: 262_144 } }),
    );
    const hash = 'ab'.repeat(32);
    const named = applied({
      ...pulled,
      url: 'https://api.example.com/',
      headers: [['x-amz-content-sha256', hash]],
    });
    expect(header(named, 'x-amz-content-sha256')).toEqual([hash]);
  });

  it('signs what the body is, not what the request says it is', () => {
    const signed = applied({ headers: [['x-amz-content-sha256', 'ab'.repeat(32)]] });
    expect(header(signed, 'x-amz-content-sha256')).toEqual([
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    ]);
    expect(() => applied({ headers: [['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']] })).toThrow(
      expect.objectContaining({ slug: 'invalid-request' }),
    );
  });

  it.each([
    ['s3.amazonaws.com', 's3'],
    ['bucket.s3.amazonaws.com', 's3'],
    ['a.b.s3.eu-central-1.amazonaws.com', 's3'],
    ['bucket.s3-us-west-2.amazonaws.com', 's3'],
    ['bucket.s3.dualstack.us-west-2.amazonaws.com', 's3'],
    ['s3.cn-north-1.amazonaws.com.cn', 's3'],
    ['abc.execute-api.eu-central-1.amazonaws.com', 'execute-api'],
    ['vpce-1-abc.execute-api.us-east-1.vpce.amazonaws.com', 'execute-api'],
    ['dynamodb.us-gov-west-1.amazonaws.com', 'dynamodb'],
    ['search-x-abc.us-east-1.es.amazonaws.com', 'es'],
    ['email.eu-west-1.amazonaws.com', 'ses'],
    ['bedrock-runtime.us-east-1.amazonaws.com', 'bedrock'],
    ['kms-fips.us-east-1.amazonaws.com', 'kms'],
    ['a1b2-ats.iot.eu-west-1.amazonaws.com', 'iotdata'],
    ['iam.amazonaws.com', 'iam'],
    ['abc.lambda-url.eu-west-1.on.aws', 'lambda'],
    ['api.example.com:8443', 'execute-api'],
    ['amazonaws.com.evil.example', 'execute-api'],
  ])('signs for the service of %s: %s', (host, service) => expect(serviceOf(host)).toBe(service));

  it('knows the STS of each partition', () => {
    expect(['eu-central-1', 'cn-north-1', 'us-gov-west-1', 'auto', 'evil.example/'].map(stsOf)).toEqual([
      'https://sts.eu-central-1.amazonaws.com/',
      'https://sts.cn-north-1.amazonaws.com.cn/',
      'https://sts.us-gov-west-1.amazonaws.com/',
      undefined,
      undefined,
    ]);
    expect(stsRegionOf('sts.amazonaws.com', 'eu-west-1')).toBe('us-east-1');
    expect(stsRegionOf('sts.us-west-2.amazonaws.com', 'eu-west-1')).toBe('us-west-2');
    expect(stsRegionOf('127.0.0.1:4000', 'eu-west-1')).toBe('eu-west-1');
  });

  it.each<[string, object]>([
    ['region', { region: 'EU' }],
    ['region', { region: 'eu-central-1.evil.example/' }],
    ['region', { region: undefined }],
    ['service', { service: 's3/../x' }],
    ['accessKeyId', { accessKeyId: 'AKID EXAMPLE' }],
    ['roleArn', { roleArn: 'role/Orders' }],
    ['externalId', { externalId: 'x y', roleArn: role.roleArn }],
    ['externalId', { externalId: 'without-a-role' }],
    ['stsEndpoint', { stsEndpoint: 'https://sts.example.com' }],
    ['stsEndpoint', { region: 'auto', roleArn: role.roleArn }],
    ['stsEndpoint', { stsEndpoint: 'sts.example.com', roleArn: role.roleArn }],
  ])('points at %s in %j', (pointer, changes) => expect(pointers(changes)).toEqual([pointer]));

  it('takes regions of others, variables, and offers those of AWS', () => {
    expect(pointers({ region: 'auto' })).toEqual([]);
    expect(pointers({ region: '{{ config.REGION }}', roleArn: '{{ config.ROLE }}' })).toEqual([]);
  });
});

describe('awsSigv4 and the clock', () => {
  const credential = { settings: settingsOf(), secrets };
  const refused = (date: string | undefined, status = 403) => ({
    status,
    headers: date === undefined ? [] : ([['Date', date]] as const),
  });
  const answer = (challenge: ReturnType<typeof refused>, sent = applied()) =>
    awsSigv4.answer?.(challenge, sent, credential, undefined, now, {
      random: Buffer.alloc(32),
      memory: undefined,
      answers: 0,
    });

  it.each([
    ['behind', '2026-11-20T12:05:01Z'],
    ['ahead', '2026-11-20T11:54:00Z'],
  ])('signs anew with the time of an upstream that ours is %s of', (_, theirs) => {
    const again = answer(refused(new Date(theirs).toUTCString()));
    expect(again).toEqual(applied({}, {}, new Date(theirs)));
  });

  it('does so once', () => {
    const challenge = refused('Fri, 20 Nov 2026 12:10:00 GMT');
    const again = answer(challenge);
    expect(again).toBeDefined();
    expect(answer(challenge, again)).toBeUndefined();
  });

  it.each([
    ['no Date', refused(undefined)],
    ['a Date that is none', refused('now')],
    ['the same time', refused('Fri, 20 Nov 2026 12:01:00 GMT')],
    ['another status', refused('Fri, 20 Nov 2026 13:00:00 GMT', 401)],
  ])('gives up on %s', (_, challenge) => expect(answer(challenge)).toBeUndefined());
});
