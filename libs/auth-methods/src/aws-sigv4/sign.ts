// AWS Signature Version 4 in the Authorization header, as "Create a signed AWS API request" (IAM User Guide) describes
// it. aws4 derives the key and signs; path and query are made canonical by us (see canonical.ts). Not here: signatures
// in the query (presigned URLs), signed chunks (`STREAMING-AWS4-…`) and Version 4A, which none of our callers can use.
// aws4 keeps derived keys, which are good for one day, region and service, in memory for as long as it sees fit.

import type { Pairs } from '@pontage/http-message';
import aws4 from 'aws4';
import { canonicalPath, canonicalQuery, type PathRules } from './canonical.js';

/** The keys that sign. A session token is a header like any other, and signed with the others. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it is signed: complete, but for the signature. */
export interface AwsRequest {
  readonly method: string;
  /** With the port, if it is not the scheme's own. */
  readonly host: string;
  /** Path and query exactly as they go over the wire. */
  readonly target: string;
  readonly headers: Pairs;
  /** The payload's SHA-256 in hex, or one of the words that stand for it. */
  readonly payloadHash: string;
  readonly region: string;
  readonly service: string;
  readonly path: PathRules;
  readonly at: Date;
}

/** A signature, and what was signed: for a preview, or to compare with what a service says it expected. */
export interface AwsSignature {
  readonly authorization: string;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

/** What intermediaries change, and what belongs to one connection: a signature over it would not arrive. */
const unsigned = [
  'accept-encoding',
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'forwarded',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
];

/** Signs a request with SigV4. */
export function signAwsRequest(request: AwsRequest, keys: AwsKeys): AwsSignature {
  const signer = new Signer(request, keys);
  return {
    authorization: signer.authHeader(),
    canonicalRequest: signer.canonicalString(),
    stringToSign: signer.stringToSign(),
  };
}

/** The time as it stands in `X-Amz-Date`. */
export const amzDate = (at: Date): string => at.toISOString().replaceAll(/[:-]|\.\d{3}/g, '');

class Signer extends aws4.RequestSigner {
  private readonly canonical: string;

  constructor({ method, host, target, headers, payloadHash, region, service, path, at }: AwsRequest, keys: AwsKeys) {
    const options = {
      method,
      host,
      path: '/',
      region,
      service,
      headers: { ...combined(headers), host },
      doNotModifyHeaders: true,
      // aws4 leaves it out; S3's own examples sign it.
      extraHeadersToInclude: { range: true },
      extraHeadersToIgnore: Object.fromEntries(unsigned.map((name) => [name, true])),
    };
    super(options, keys);
    this.datetime = amzDate(at);
    const [rawPath = '/', query = ''] = splitTarget(target);
    this.canonical = [
      method,
      canonicalPath(rawPath, path),
      canonicalQuery(query),
      `${this.canonicalHeaders()}\n`,
      this.signedHeaders(),
      payloadHash,
    ].join('\n');
  }

  override canonicalString(): string {
    return this.canonical;
  }
}

/** Lines of one name in one value, in their order. */
function combined(headers: Pairs): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const before = values.get(lower);
    values.set(lower, before === undefined ? value.trim() : `${before},${value.trim()}`);
  }
  return Object.fromEntries(values);
}

function splitTarget(target: string): string[] {
  const at = target.indexOf('?');
  return at === -1 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}
