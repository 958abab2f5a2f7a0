import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { RequestPreview } from '@pontage/contracts/query-proxy';
import { bodyTooLarge } from '@pontage/problems';
import type { Applied, ReadyCredential } from '../credential/apply-credential.js';
import { maxRedirects } from '../execution/attempt.js';
import type { Prepared } from '../execution/prepare.js';
import type { SealedTexts } from '../credential/sealed-value-cache.js';
import { mayFollowRedirects } from '../request/resource-policy.js';
import { Mask } from './mask.js';

/** A request as it would leave, with everything secret that has been opened for it. */
export interface RequestToShow {
  readonly prepared: Prepared;
  readonly applied: Applied;
  readonly lease: Lease | undefined;
  /** Undefined: nothing was applied. */
  readonly ready: ReadyCredential | undefined;
  readonly sealed: SealedTexts;
  readonly pulledBytes: number | null;
}

/** A message of the bus holds a megabyte, and what is signed may be several times as long as the request. */
const longestShownBytes = 512 * 1024;

/**
 * The request for a reader who may see no secret of it. One that is too long to be shown comes without its body and
 * without what is signed.
 * @throws bodyTooLarge when it is too long even then
 */
export function showRequest(given: RequestToShow): RequestPreview {
  const { prepared, applied, ready, pulledBytes } = given;
  const { request } = applied;
  const { resolved, region } = prepared;
  const explained = ready?.method.explain?.(request, ready.credential, ready.grant) ?? {};
  // Masking takes time, and other queries wait for it.
  const signed = Object.values(explained).join('').length > longestShownBytes ? {} : explained;
  const secrets = secretsOf(given);
  const mask = new Mask([...secrets, ...tellingHashes(new Mask(secrets), request.body, Object.values(signed))]);
  return fitting({
    method: request.method,
    url: mask.text(request.url),
    headers: request.headers.map(([name, value]) => [mask.text(name), mask.text(value)]),
    body: pulledBytes === null ? bodyOf(request.body, mask) : { encoding: 'omitted', value: '', bytes: pulledBytes },
    region,
    environment: resolved.environment,
    resource: { id: resolved.resource.id, version: resolved.resource.version },
    timeoutMs: resolved.timeoutMs,
    maxRedirects: mayFollowRedirects(resolved.resource.policy) ? maxRedirects : 0,
    credential: credentialOf(given, mask),
    signed: Object.fromEntries(Object.entries(signed).map(([name, text]) => [name, mask.text(text)])),
  });
}

function fitting(preview: RequestPreview): RequestPreview {
  if (bytesOf(preview) <= longestShownBytes) return preview;
  const { body } = preview;
  const shorter = { ...preview, body: body && { ...body, encoding: 'omitted' as const, value: '' }, signed: {} };
  if (bytesOf(shorter) > longestShownBytes) throw bodyTooLarge({ limitBytes: longestShownBytes });
  return shorter;
}

const bytesOf = (preview: RequestPreview): number => Buffer.byteLength(JSON.stringify(preview));

function secretsOf({ prepared, applied, lease, sealed }: RequestToShow): string[] {
  return [
    ...applied.injected,
    ...prepared.secrets.texts,
    ...Object.values(sealed),
    ...textsIn(lease?.secrets),
    ...textsIn(lease?.grant?.value),
  ];
}

/**
 * Digests of what holds a secret: whoever knows all the rest could try secrets until the digest fits. The digests of
 * everything else stay, to be compared.
 */
function tellingHashes(mask: Mask, body: Uint8Array | undefined, signed: readonly string[]): string[] {
  const isTold = body !== undefined && (isLong(body) || !mask.bytes(body).equals(body));
  const bodies = isTold ? [sha256(body)] : [];
  return [...bodies, ...signed.filter((text) => mask.text(text) !== text).map(sha256)];
}

/** Too long to be looked through. */
const isLong = ({ length }: Uint8Array): boolean => length > longestShownBytes;

const sha256 = (of: string | Uint8Array): string => createHash('sha256').update(of).digest('hex');

function bodyOf(body: Uint8Array | undefined, mask: Mask): RequestPreview['body'] {
  if (body === undefined) return null;
  if (isLong(body)) return { encoding: 'omitted', value: '', bytes: body.length };
  return isUtf8(body)
    ? { encoding: 'text', value: mask.text(Buffer.from(body).toString()), bytes: body.length }
    : { encoding: 'base64', value: mask.bytes(body).toString('base64'), bytes: body.length };
}

function credentialOf({ lease, ready, applied }: RequestToShow, mask: Mask): RequestPreview['credential'] {
  if (lease === undefined || ready === undefined) return null;
  const { headers, queryParams } = ready.method.carriers(ready.credential);
  return {
    method: lease.method,
    grant: lease.lacksGrant === true ? 'missing' : lease.grant === null ? 'none' : 'held',
    headers: (lease.lacksGrant === true ? headers : applied.credential.headers).map((name) => mask.text(name)),
    queryParams: queryParams.map((name) => mask.text(name)),
    answersChallenges: ready.method.answer !== undefined,
  };
}

/** Every text in a value of JSON. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
