import type { ServerResponse } from 'node:http';
import type { AnswerEnd, AnswerHead, Pull } from '@pontage/contracts/egress-worker';
import { asProblem, bodyNotSignable, isProblem, type Problem } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnswerBody } from './answer-body.js';
import { proxyHeaders } from './answer-headers.js';
import type { AnswerReader } from './answer.js';
import type { RunningQuery } from '../client/open-query.js';
import type { Caller } from '../caller.js';
import type { QueryPath } from '../query-path.js';
import { withWayOut } from '../../sign-in/start-sign-in.js';
import type { HeldUpload } from '../request-body/held-upload.js';
import { writeProblem } from '../write-problem.js';

/** Writes an answer as it comes; a small one in one piece. */
export class ProxyAnswer implements AnswerReader {
  /** Asks once more, the body being known as a whole then; what a signer wants that cannot sign without. */
  onUnsignable: (() => Promise<void>) | undefined;
  private running: RunningQuery | undefined;
  private upload: Pick<HeldUpload, 'allow'> | undefined;
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
      if (!this.ended && this.body === undefined) this.running?.cancel('client-gone');
    });
  }

  get query(): RunningQuery {
    if (this.running === undefined) throw new Error('the query has not begun');
    return this.running;
  }

  begin(query: RunningQuery, upload: Pick<HeldUpload, 'allow'> | undefined): void {
    this.running = query;
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
    endWith(this.reply.raw, this.first);
  }

  problem(problem: Problem): void {
    const { onUnsignable } = this;
    if (onUnsignable !== undefined && isProblem(problem, bodyNotSignable)) {
      this.onUnsignable = undefined;
      return void onUnsignable().catch((error: unknown) => this.fail(error));
    }
    this.ended = true;
    // After the head nothing but a cut connection can say that the body is not whole.
    if (this.reply.raw.headersSent) return void this.reply.raw.destroy();
    void withWayOut(this.path, this.request, this.caller, problem)
      .catch(asProblem)
      .then((told) => writeProblem(this.request, this.reply, told));
  }

  fail(error: unknown): void {
    if (this.ended) return;
    const problem = asProblem(error);
    this.running?.cancel(problem.slug);
    this.problem(problem);
  }

  private stream(): void {
    const { running: query } = this;
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
    headers.push('X-Request-Id', this.caller.requestId);
    headers.push('Pontage-Region', head.region, 'Pontage-Execution', this.running?.executionId ?? '');
    this.reply.raw.writeHead(head.status, headers);
  }
}

/** Node writes a short text and the head before it as one piece, and a buffer as two: latin1 stands for each byte as it is. */
function endWith(answer: ServerResponse, pieces: readonly Uint8Array[]): void {
  const body = pieces.length === 1 && pieces[0] !== undefined ? viewOf(pieces[0]) : Buffer.concat(pieces);
  if (body.length <= shortBytes) answer.end(body.toString('latin1'), 'latin1');
  else answer.end(body);
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

/** Longer ones cost more to copy than to write apart. */
const shortBytes = 8 * 1024;
