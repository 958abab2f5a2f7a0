import { createHash } from 'node:crypto';
import {
  headerOf,
  withHeader,
  withoutHeaders,
  type OutboundRequest,
  type UpstreamResponse,
} from '@pontage/http-message';
import { bodyNotSignable, invalidRequest } from '@pontage/problems';
import { isS3, serviceOf } from './aws-service.js';
import { amzDate, signAwsRequest, type AwsRequest } from './sign.js';
import type { SessionKeys } from './sts-answer.js';

/** What a signature is good for. */
export interface SignatureScope {
  readonly region: string;
  /** What the host says, without it. */
  readonly service?: string | undefined;
}

/** Larger bodies are pulled by the worker, after the request has been signed. */
const signedBodyBytes = 256 * 1024;
/** AWS takes a signature that is five minutes old; S3, fifteen. */
const toleratedSkewMs = 4 * 60_000;
/** The headers that carry a signature; what a request itself brings of them would stand beside ours. */
export const signatureHeaders = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

/**
 * The request with a signature over all of it.
 * @throws bodyNotSignable when the service wants a body signed that is not here
 */
export function withSignature(
  request: OutboundRequest,
  scope: SignatureScope,
  keys: SessionKeys,
  at: Date,
): OutboundRequest {
  const payloadHash = payloadHashOf(request, serviceFor(request, scope));
  const dated = withHeader(withoutHeaders(request, signatureHeaders), 'X-Amz-Date', amzDate(at));
  const hashed = withHeader(dated, 'X-Amz-Content-Sha256', payloadHash);
  const final =
    keys.sessionToken === undefined ? hashed : withHeader(hashed, 'X-Amz-Security-Token', keys.sessionToken);
  const { authorization } = signAwsRequest(toBeSigned(final, scope, payloadHash, at), keys);
  return withHeader(final, 'Authorization', authorization);
}

/**
 * What the signature of a request was made over. It takes no key: the texts are the same with any.
 * @see IAM User Guide, "Create a signed AWS API request", steps 1 and 3
 */
export function signedTexts(
  signed: OutboundRequest,
  scope: SignatureScope,
): { readonly canonicalRequest: string; readonly stringToSign: string } {
  const payloadHash = headerOf(signed, 'x-amz-content-sha256') ?? '';
  const unsigned = withoutHeaders(signed, ['authorization']);
  const at = new Date(signedAt(signed, new Date(0)));
  const noKeys = { accessKeyId: '', secretAccessKey: '' };
  const { canonicalRequest, stringToSign } = signAwsRequest(toBeSigned(unsigned, scope, payloadHash, at), noKeys);
  return { canonicalRequest, stringToSign };
}

/** The signature that a request carries. */
export const signatureIn = (signed: OutboundRequest): string | undefined =>
  /Signature=([0-9a-f]{64})$/.exec(headerOf(signed, 'authorization') ?? '')?.[1];

const serviceFor = ({ url }: OutboundRequest, { service }: SignatureScope): string =>
  service ?? serviceOf(new URL(url).host);

/** A request that has all its headers but the signature, as the signer sees it: what `apply` signs, and a preview shows. */
export function toBeSigned(request: OutboundRequest, scope: SignatureScope, payloadHash: string, at: Date): AwsRequest {
  const { origin, host, pathname, search } = new URL(request.url);
  const exact = request.url.startsWith(origin) ? request.url.slice(origin.length).split('#', 1)[0] : undefined;
  const service = serviceFor(request, scope);
  return {
    method: request.method,
    host,
    // A URL in another spelling is sent as the URL standard reads it.
    target: exact !== undefined && /^(?:[/?][!-~]*)?$/.test(exact) ? exact.replace(/^(?!\/)/, '/') : pathname + search,
    // The connection says for itself how long the body is.
    headers: withoutHeaders(request, ['content-length', 'host']).headers,
    payloadHash,
    region: scope.region,
    service,
    path: isS3(service) ? { isNormalized: false, encodings: 'once' } : { isNormalized: true, encodings: 'twice' },
    at,
  };
}

/** The payload's hash, or the word that stands for it; the caller's own word counts where nothing can be computed. */
function payloadHashOf(request: OutboundRequest, service: string): string {
  const declared = headerOf(request, 'x-amz-content-sha256');
  if (declared?.startsWith('STREAMING-AWS4') === true) {
    throw invalidRequest(
      {},
      {
        errors: [
          {
            pointer: '/headers',
            detail: 'A body in chunks that somebody else has signed cannot be signed anew; send it unsigned.',
          },
        ],
      },
    );
  }
  if (declared === 'UNSIGNED-PAYLOAD' || declared === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return declared;
  if (request.bodyIsPulled !== true)
    return createHash('sha256')
      .update(request.body ?? '')
      .digest('hex');
  if (request.bodyHashes !== undefined) return request.bodyHashes.sha256;
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared)) return declared;
  if (isS3(service)) return 'UNSIGNED-PAYLOAD';
  throw bodyNotSignable(
    { limitBytes: signedBodyBytes },
    {
      detail:
        'This service wants the body signed, and a body of this size is not here when the request is signed. Name its SHA-256 in X-Amz-Content-Sha256, or send less.',
    },
  );
}

/** The upstream's time, when it refuses a signature because of ours. AWS says so in words of each service; all of them send a Date. */
export function correctedTime(challenge: UpstreamResponse, request: OutboundRequest, now: Date): Date | undefined {
  if (challenge.status !== 403 && challenge.status !== 400) return undefined;
  const theirs = Date.parse(headerOf(challenge, 'date') ?? '');
  const skewMs = Math.abs(theirs - signedAt(request, now));
  return skewMs > toleratedSkewMs ? new Date(theirs) : undefined;
}

/** When a request was signed, if it was: an answer that was corrected once is not corrected again. */
function signedAt(request: OutboundRequest, now: Date): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headerOf(request, 'x-amz-date') ?? '') ?? [];
  return year === undefined ? now.getTime() : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
