import type { IncomingMessage } from 'node:http';
import { invalidRequest } from '@pontage/problems';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problems/send-problem.js';

/**
 * Has every request say once where it goes, and at most once who sends it. Node takes the first of several, and whoever
 * stands in front of us may have believed another one.
 * @see RFC 9112, 3.2; RFC 9110, 5.3
 */
export function refuseAmbiguousHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const fault = faultOf(request.raw);
    if (fault === undefined) return done();
    sendProblem(request, reply, invalidRequest({}, { detail: fault }));
  });
}

function faultOf({ rawHeaders, httpVersion }: IncomingMessage): string | undefined {
  let [hosts, authorizations] = [0, 0];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations += 1;
  }
  if (authorizations > 1) return 'The request has more than one Authorization header.';
  if (hosts > 1) return 'The request has more than one Host header.';
  return hosts === 0 && httpVersion !== '1.0' ? 'The request has no Host header.' : undefined;
}
