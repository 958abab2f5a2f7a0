import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '@pontage/problems';
import { outboundScan } from '@pontage/telemetry';
import { orgOf, problemDocument, retryAfterOf } from '../problems/send-problem.js';
import { statusOf } from '../problems/status-of.js';

/** So much of a body is read and dropped to keep a connection; more costs more than a new one. */
const droppedBytes = 64 * 1024;

/** The next request can be found on this connection. */
const mayGoOn = ({ complete, headers }: IncomingMessage): boolean =>
  complete || (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= droppedBytes);

/** Answers `/proxy` with a failure of ours: `Pontage-Problem` tells it from an answer of the upstream's. */
export function writeProblem(request: FastifyRequest, reply: FastifyReply, made: Problem): void {
  const problem = outboundScan.problem(made, orgOf(request));
  const { kind } = problem.definition;
  const document = problemDocument(problem, { baseUrl: request.server.publicAddresses.baseUrl, requestId: request.id });
  reply.raw
    .writeHead(statusOf[kind], {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': request.id,
      'pontage-problem': problem.slug,
      ...retryAfterOf(problem),
      ...(mayGoOn(request.raw) ? {} : { connection: 'close' }),
    })
    .end(JSON.stringify(document));
}
