import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '@pontage/problems';
import { outboundScan } from '@pontage/telemetry';
import { orgOf, problemDocument, retryAfterOf } from '../problems/send-problem.js';
import { statusOf } from '../problems/status-of.js';

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
    })
    .end(JSON.stringify(document));
}
