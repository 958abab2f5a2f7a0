import type { IncomingMessage } from 'node:http';
import { Numbered } from '@pontage/in-hand';
import { requestTimedOut } from '@pontage/problems';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { writeProblem } from '../query-path/write-problem.js';

interface Reading {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly since: number;
  bytes: number;
  movedAt: number;
  answeredAt?: number;
}

const sweepMs = 500;
/** What still comes of a body after the answer is dropped for so long: a connection that is closed at once loses the answer. */
const lingerMs = 1_000;

/** How long a body may take. */
export interface BodyPatience {
  /** Between two pieces of it, while we wait for the next. */
  readonly idleMs: number;
  /** From the head to its end: no query lasts longer. */
  readonly wholeMs: number;
}

const defaultPatience = { idleMs: 10_000, wholeMs: 125_000 };

/**
 * Ends requests whose body does not come on. Node's own limit is for the whole of a request, and would cut off a large upload
 * that is under way; a body that waits because its upstream is slow waits for us, and is left alone. One whose request has been
 * answered already is not read to its end.
 */
export function endSlowBodies(fastify: FastifyInstance, patience: BodyPatience = defaultPatience): void {
  const reading = new Numbered<Reading>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    if (hasBody(raw)) {
      const now = performance.now();
      const number = reading.add({ request, reply, since: now, bytes: raw.socket.bytesRead, movedAt: now });
      raw.once('close', () => reading.take(number));
    }
    done();
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const each of reading) {
      const { raw } = each.request;
      // It goes when it is closed.
      if (raw.complete) continue;
      if (each.reply.raw.writableFinished) linger(raw, each, now);
      else if (isOverdue(raw, each, now, patience)) end(each);
    }
  }, sweepMs).unref();
  fastify.addHook('onClose', () => clearInterval(timer));
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

function isOverdue(raw: IncomingMessage, reading: Reading, now: number, { idleMs, wholeMs }: BodyPatience): boolean {
  const { bytesRead } = raw.socket;
  if (bytesRead !== reading.bytes || raw.readableLength > 0) {
    reading.bytes = bytesRead;
    reading.movedAt = now;
  }
  return now - reading.movedAt > idleMs || now - reading.since > wholeMs;
}

function linger(raw: IncomingMessage, reading: Reading, now: number): void {
  reading.answeredAt ??= now;
  if (now - reading.answeredAt >= lingerMs) raw.destroy();
}

function end({ request, reply }: Reading): void {
  const { raw } = request;
  const problem = requestTimedOut({}, { detail: 'The body of the request did not come on.' });
  // The answer may have begun; whoever reads the body is told by its error.
  if (reply.raw.headersSent) return void raw.destroy(problem);
  reply.raw.shouldKeepAlive = false;
  reply.raw.once('finish', () => raw.destroy(problem));
  writeProblem(request, reply, problem);
}
