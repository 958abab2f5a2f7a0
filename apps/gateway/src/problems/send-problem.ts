import type { Problem } from '@pontage/problems';
import { outboundScan } from '@pontage/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { statusOf } from './status-of.js';

/** A problem as RFC 9457 has it, with our own members. Facts never replace a member that is fixed. */
export function problemDocument(
  problem: Problem,
  where: { baseUrl: string; requestId: string },
): Record<string, unknown> {
  const { title, slug, kind } = problem.definition;
  return {
    ...problem.facts,
    type: `${where.baseUrl}/problems/${slug}`,
    title,
    status: statusOf[kind],
    detail: problem.detail ?? `${title}.`,
    code: slug,
    requestId: where.requestId,
    ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
  };
}

/** Answers with a problem. It writes no audit event: throw the problem where a denial has to be recorded. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, made: Problem): FastifyReply {
  const problem = outboundScan.problem(made, orgOf(request));
  const document = problemDocument(problem, { baseUrl: request.server.publicAddresses.baseUrl, requestId: request.id });
  // Fastify would close the connection under a body that is too large, and the answer with it; see endSlowBodies.
  reply.removeHeader('connection');
  return reply
    .code(statusOf[problem.definition.kind])
    .headers(headersOf(problem, request))
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(document);
}

/** The organisation whose secrets an answer may hold, as far as it is known who asks. */
export const orgOf = ({ caller, refused }: FastifyRequest): string | undefined => caller?.call.org ?? refused?.org;

function headersOf(problem: Problem, request: FastifyRequest): Record<string, string> {
  const proxied = request.routeOptions?.url?.startsWith('/proxy/') === true;
  return { ...kindHeaders(problem, request), ...(proxied ? { 'pontage-problem': problem.slug } : {}) };
}

function kindHeaders(problem: Problem, request: FastifyRequest): Record<string, string> {
  switch (problem.definition.kind) {
    case 'unauthenticated': {
      // RFC 6750, 3: no error code for a request that brought no credentials.
      const given = request.headers.authorization !== undefined;
      return { 'www-authenticate': `Bearer realm="pontage"${given ? ', error="invalid_token"' : ''}` };
    }
    default:
      return retryAfterOf(problem);
  }
}

/** Whoever is sent away for now is told when to come back. */
export function retryAfterOf({ definition, retryAfterSeconds }: Problem): { 'retry-after'?: string } {
  const isPassing = definition.kind === 'rate-limited' || definition.kind === 'unavailable';
  const seconds = retryAfterSeconds ?? (isPassing ? 1 : undefined);
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
