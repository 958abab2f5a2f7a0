import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { inlineBodyBytes, type QueryCall, type RequestBody } from '@pontage/contracts/query-proxy';
import { bodyTooLarge, invalidRequest } from '@pontage/problems';
import { forwardableCookies } from './forwardable-cookies.js';
import { ProxyAnswer } from './answer/proxy-answer.js';
import type { QueryToRun } from './client/open-query.js';
import type { QueryPath } from './query-path.js';
import { HeldUpload } from './request-body/held-upload.js';
import { readStart, type BodyStart } from './request-body/read-start.js';
import { StreamedUpload } from './request-body/streamed-upload.js';
import { passedHeaders } from './request-headers.js';

/** `ANY /proxy/{resource}/{path}`: the caller's request, streamed through to the resource and back. */
export async function answerProxy(path: QueryPath, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const caller = await path.authenticate.token(request, 'queries:run');
  const { maxBodyBytes } = path.limits;
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > maxBodyBytes) throw bodyTooLarge({ limitBytes: maxBodyBytes });
  const start = await startOf(request.raw, announced);
  const body: RequestBody = !start.whole
    ? { kind: 'pulled', bytes: announced === undefined ? null : Number(announced) }
    : { kind: start.bytes.length === 0 ? 'none' : 'inline' };

  const { org, principal, requestId, ip, userAgent, isLive } = caller;
  const asked: QueryToRun = {
    org,
    principal,
    requestId,
    ip,
    userAgent,
    isLive,
    call: callOf(request),
    maxResponseBytes: maxBodyBytes,
    decode: false,
    cookieLine: forwardableCookies(request.raw),
    body,
  };
  reply.hijack();
  const answer = new ProxyAnswer(path, request, reply, caller);
  const failed = (error: unknown) => answer.fail(error);
  if (body.kind !== 'pulled') {
    const isRepeatable = ['GET', 'HEAD'].includes(request.method) && body.kind === 'none';
    const inline = body.kind === 'inline' ? start.bytes : undefined;
    return answer.begin(path.client.run(asked, inline, isRepeatable, answer), undefined);
  }
  const upload = new StreamedUpload(request.raw, start.bytes, maxBodyBytes, () => answer.query, failed);
  answer.onUnsignable = async () => {
    const held = await path.spool.takeFor(reply.raw, upload.whole(), maxBodyBytes);
    if (held === undefined) return;
    const { bytes, hashes } = held;
    const again = { ...asked, body: { kind: 'pulled', bytes, hashes } as const };
    answer.begin(path.client.run(again, undefined, false, answer), new HeldUpload(held, () => answer.query, failed));
  };
  answer.begin(path.client.run(asked, undefined, false, answer), upload);
}

/** The beginning of the body, or all of it. A request without either of these headers has none. @see RFC 9112, 6.3 */
function startOf(message: IncomingMessage, announced: string | undefined): BodyStart | Promise<BodyStart> {
  if (announced === undefined && message.headers['transfer-encoding'] === undefined)
    return { bytes: nothing, whole: true };
  const isSmall = announced === undefined || Number(announced) <= inlineBodyBytes;
  return isSmall ? readStart(message, inlineBodyBytes) : { bytes: nothing, whole: false };
}

const nothing = Buffer.alloc(0);

/** What the caller asks for, as it came over the wire: the path is not decoded and not put together again. */
function callOf(request: FastifyRequest): QueryCall {
  const { resource } = request.params as { resource: string };
  const target = originForm(request.raw.url ?? '');
  const afterName = target.indexOf('/', '/proxy/'.length);
  const mark = target.indexOf('?');
  const path =
    afterName === -1 || (mark !== -1 && mark < afterName)
      ? mark === -1
        ? ''
        : target.slice(mark)
      : target.slice(afterName);
  const environment = header(request.raw, 'pontage-environment');
  const timeout = header(request.raw, 'pontage-timeout-ms');
  return {
    kind: 'proxy',
    resource,
    method: request.method,
    path,
    headers: passedHeaders(request.raw),
    environment,
    timeoutMs: timeout === undefined ? undefined : timeoutOf(timeout),
  };
}

/**
 * The target without the scheme and authority that clients of forward proxies write; the router strips them likewise.
 * @see RFC 9112 3.2.2
 */
const originForm = (target: string): string => target.replace(/^https?:\/\/.*?\//, '/');

function timeoutOf(text: string): number {
  const timeoutMs = Number(text);
  if (Number.isInteger(timeoutMs) && timeoutMs >= 100 && timeoutMs <= 120_000) return timeoutMs;
  throw invalidRequest(
    {},
    { errors: [{ pointer: '/headers/Pontage-Timeout-Ms', detail: 'An integer from 100 to 120000 is needed.' }] },
  );
}

const header = (message: IncomingMessage, name: string): string | undefined => {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
