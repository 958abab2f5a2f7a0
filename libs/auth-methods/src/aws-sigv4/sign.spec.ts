import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, describe, expect, it } from '@jest/globals';
import { signAwsRequest, type AwsRequest } from './sign.js';

interface Vector {
  readonly id: string;
  readonly request: { method: string; target: string; headers: [string, string][]; body: string };
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string | null };
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
  readonly normalizePath: boolean;
  readonly doublePathEncode?: boolean;
  readonly omitSessionTokenFromSignature?: boolean;
  readonly expected: {
    authorization: string;
    headersAdded?: [string, string][];
    canonicalRequest: string;
    stringToSign: string;
  };
}

const { vectors } = JSON.parse(readFileSync(new URL('./vectors/sigv4.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

function requestOf(vector: Vector): AwsRequest {
  const { request, expected, region, service, timestamp, normalizePath, doublePathEncode = true } = vector;
  const added = (expected.headersAdded ?? []).filter(
    ([name]) => vector.omitSessionTokenFromSignature !== true || name.toLowerCase() !== 'x-amz-security-token',
  );
  return {
    method: request.method,
    host: request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '',
    target: request.target,
    headers: [...request.headers.filter(([name]) => name.toLowerCase() !== 'host'), ...added],
    payloadHash: sha256(request.body),
    region,
    service,
    path: { isNormalized: normalizePath, encodings: doublePathEncode ? 'twice' : 'once' },
    at: new Date(timestamp),
  };
}

describe('the published suite of SigV4', () => {
  let held = 0;
  afterAll(() => void process.stdout.write(`promise 36: ${held} of ${vectors.length} published vectors of AWS\n`));

  it('is here whole', () => expect(vectors).toHaveLength(44));

  it.each(vectors)('$id', (vector) => {
    const signature = signAwsRequest(requestOf(vector), vector.credentials);
    const { canonicalRequest, stringToSign, authorization } = vector.expected;
    expect(signature).toEqual({ canonicalRequest, stringToSign, authorization });
    held += 1;
  });
});

describe('what the suite leaves out', () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const at = new Date('2026-11-20T12:00:00Z');
  /** @see https://github.com/smithy-lang/smithy-typescript: the signer of AWS's own SDK, which takes decoded parameters. */
  const oracle = async (service: string, path: string, query: Record<string, string | string[]>, body: string) => {
    const signer = new SignatureV4({
      service,
      region: 'eu-central-1',
      credentials: keys,
      sha256: Sha256,
      uriEscapePath: service !== 's3',
    });
    const headers = { host: 'api.example.com:8443', 'content-type': 'text/plain', 'x-spaces': '  a   b ' };
    const { headers: signed } = await signer.sign(
      { method: 'PUT', protocol: 'https:', hostname: 'api.example.com', path, query, headers, body },
      { signingDate: at },
    );
    return signed.authorization;
  };
  const ours = (service: string, target: string, body: string) =>
    signAwsRequest(
      {
        method: 'PUT',
        host: 'api.example.com:8443',
        target,
        headers: [
          ['Content-Type', 'text/plain'],
          ['X-Spaces', '  a   b '],
          ['X-Amz-Date', '20261120T120000Z'],
          ['X-Amz-Content-Sha256', sha256(body)],
          ['User-Agent', 'Pontage/0.1.0'],
        ],
        payloadHash: sha256(body),
        region: 'eu-central-1',
        service,
        path:
          service === 's3' ? { isNormalized: false, encodings: 'once' } : { isNormalized: true, encodings: 'twice' },
        at,
      },
      keys,
    ).authorization;

  it.each<[string, string, string, string, Record<string, string | string[]>]>([
    ['execute-api', '/a%20b/c%2Fd', '/a%20b/c%2Fd', '', {}],
    ['execute-api', '/a//b/', '/a//b/', '', {}],
    ['execute-api', "/it's(1)*!", "/it's(1)*!", '', {}],
    ['execute-api', '/x?b=2&a=1&b=1&a', '/x', '', { b: ['2', '1'], a: ['1', ''] }],
    ['execute-api', '/x?q=a+b&r=%2B&s=ä', '/x', '', { q: 'a b', r: '+', s: 'ä' }],
    ['dynamodb', '/', '/', '{"TableName":"ä"}', {}],
    ['s3', '/bucket//key%20with%20space', '/bucket//key%20with%20space', 'bytes', {}],
    ['s3', '/bucket/../%C3%A4?list-type=2&prefix=a%2Fb', '/bucket/../%C3%A4', '', { 'list-type': '2', prefix: 'a/b' }],
  ])('%s %s is signed as the SDK of AWS signs it', async (service, target, path, body, query) => {
    expect(ours(service, target, body)).toBe(await oracle(service, path, query, body));
  });

  it.each([
    ['/x?__proto__=1', 'PUT\n/x\n__proto__=1\n'],
    ['/%FF?a=%ff', 'PUT\n/%25FF\na=%FF\n'],
    [`/x?${'a=1&'.repeat(1_500)}`, `PUT\n/x\n${'a=1&'.repeat(1_500).slice(0, -1)}\n`],
  ])('takes %.20s', (target, begin) => {
    const { canonicalRequest } = signAwsRequest(
      {
        method: 'PUT',
        host: 'h',
        target,
        headers: [],
        payloadHash: sha256(''),
        region: 'r',
        service: 's',
        path: { isNormalized: true, encodings: 'twice' },
        at,
      },
      keys,
    );
    expect(canonicalRequest.startsWith(begin)).toBe(true);
  });
});

/** Node's SHA-256 and HMAC in the shape that the SDK wants. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
}
