import { checkSignIn } from '@pontage/contracts/query-proxy';
import { unavailable } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { forwardableCookies } from '../query-path/forwardable-cookies.js';
import { frameOf } from '../query-path/caller.js';
import type { QueryPath } from '../query-path/query-path.js';
import { parsed } from '../routes/parsed.js';

/** What `GET …/auth` takes besides the resource. */
export const signInQuery = checkSignIn.request.pick({ environment: true });

/** `GET /api/v1/resources/{id}/auth`: how the caller stands with the resource's upstream. */
export async function answerSignIn(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const caller = await path.authenticate.caller(request, 'queries:run');
  const { resource } = request.params as { resource: string };
  const { environment } = parsed(signInQuery, request.query, '/query');
  const cookieLine = forwardableCookies(request.raw);
  const asked = {
    resource,
    ...(environment === undefined ? {} : { environment }),
    ...(cookieLine === undefined ? {} : { cookieLine }),
  };
  // The call may take as long as a token endpoint does, which is too long to wait for somebody to make it.
  if (path.bus.presence.live('query-proxy').length === 0) throw unavailable({}, { note: 'there is no query-proxy' });
  const found = await path.bus.request(checkSignIn, asked, frameOf(caller));
  return reply.header('cache-control', 'no-store').header('x-request-id', request.id).send(found);
}
