import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AnswerEnd, AnswerHead, Pull } from '@pontage/contracts/egress-worker';
import { inlineBodyBytes, type QueryCall, type RequestBody } from '@pontage/contracts/query-proxy';
import { asProblem, bodyTooLarge, invalidRequest, type Problem } from '@pontage/problems';
import { AnswerBody } from './answer-body.js';
import { forwardableCookies } from './forwardable-cookies.js';
import { proxyHeaders } from './answer-headers.js';
import type { AnswerReader } from './answer.js';
import type { RunningQuery } from './query-client.js';
import type { Caller, QueryPath } from './query-path.js';
import { readStart, Upload } from './request-body.js';
import { passedHeaders } from './request-headers.js';
import { writeProblem } from './write-problem.js';

/** `ANY /proxy/{resource}/{path}`: the caller's request, streamed through to the resource and back. */
export async function answerProxy(path: QueryPath, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const caller = await path.authenticate.token(request, 'queries:run');
  const { maxBodyBytes } = path.limits;
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > maxBodyBytes) throw bodyTooLarge({ limitBytes: maxBodyBytes });
  const small = announced === undefined || Number(announced) <= inlineBodyBytes;
  const start = small ? await readStart(request.raw, inlineBodyBytes) : { bytes: Buffer.alloc(0), whole: false };
  const body: RequestBody = !start.whole
    ? { kind: 'pulled', bytes: announced === undefined ? null : Number(announced) }
    : { kind: start.bytes.length === 0 ? 'none' : 'inline' };

  const cookieLine = forwardableCookies(request.raw);
  reply.hijack();
  const answer = new ProxyAnswer(path, request, reply, caller);
  const query = path.client.run(
    { ...caller, call: callOf(request), body, maxResponseBytes: maxBodyBytes, decode: false, cookieLine },
    body.kind === 'inline' ? start.bytes : undefined,
    ['GET', 'HEAD'].includes(request.method) && body.kind === 'none',
    answer,
  );
  answer.begin(
    query,
    body.kind === 'pulled'
      ? new Upload(
          request.raw,
          start.bytes,
          maxBodyBytes,
          () => query,
          (error) => answer.fail(error),
        )
      : undefined,
  );
}

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
    ...(environment === undefined ? {} : { environment }),
    ...(timeout === undefined ? {} : { timeoutMs: timeoutOf(timeout) }),
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

/** Writes an answer as it comes; a small one in one piece. */
class ProxyAnswer implements AnswerReader {
  private query: RunningQuery | undefined;
  private upload: Upload | undefined;
  private answerHead: AnswerHead | undefined;
  private first: Uint8Array[] = [];
  private body: AnswerBody | undefined;
  private ended = false;

  constructor(
    private readonly path: QueryPath,
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly caller: Caller,
  ) {
    reply.raw.on('close', () => {
      if (!this.ended && this.body === undefined) this.query?.cancel('client-gone');
    });
  }

  begin(query: RunningQuery, upload: Upload | undefined): void {
    this.query = query;
    this.upload = upload;
  }

  pull({ credit }: Pull, attempt: number): void {
    this.upload?.allow(credit, attempt);
  }

  head(head: AnswerHead): void {
    this.answerHead = head;
    // A whole answer ends before this runs; every other one goes out as it comes, its head first.
    queueMicrotask(() => this.stream());
  }

  chunk(bytes: Uint8Array): void {
    if (this.body === undefined) this.first.push(bytes);
    else this.body.receive(bytes);
  }

  end(_end: AnswerEnd): void {
    this.ended = true;
    if (this.body !== undefined) return this.body.finish();
    this.writeHead();
    this.reply.raw.end(Buffer.concat(this.first));
  }

  problem(problem: Problem): void {
    this.ended = true;
    // After the head nothing but a cut connection can say that the body is not whole.
    if (this.reply.raw.headersSent) return void this.reply.raw.destroy();
    writeProblem(this.request, this.reply, problem);
  }

  fail(error: unknown): void {
    if (this.ended) return;
    const problem = asProblem(error);
    this.query?.cancel(problem.slug);
    this.problem(problem);
  }

  private stream(): void {
    const { query } = this;
    if (query === undefined || this.ended) return;
    const body = new AnswerBody(query, this.path.budget);
    this.body = body;
    this.writeHead();
    this.reply.raw.flushHeaders();
    this.reply.raw.on('close', () => body.destroy());
    for (const bytes of this.first.splice(0)) body.receive(bytes);
    body.pipe(this.reply.raw);
  }

  private writeHead(): void {
    const head = this.answerHead;
    if (head === undefined || this.reply.raw.headersSent) return;
    const headers = proxyHeaders(head.headers);
    headers.push(
      ['X-Request-Id', this.caller.requestId],
      ['Pontage-Region', head.region],
      ['Pontage-Execution', this.query?.executionId ?? ''],
    );
    this.reply.raw.writeHead(head.status, headers.flat());
  }
}
