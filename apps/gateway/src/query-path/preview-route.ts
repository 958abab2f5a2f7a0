import { adHocQuery, previewQuery } from '@pontage/contracts/query-proxy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { forwardableCookies } from './forwardable-cookies.js';
import type { QueryPath } from './query-path.js';
import { hashesOf } from './request-body/body-hasher.js';
import { parsed } from '../routes/parsed.js';
import { splitLarge } from './query-routes.js';

/** `POST /api/v1/resources/{id}/preview`: the request that `/query` would make of the same body. */
export async function answerPreview(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const call = await path.authenticate.token(request, 'queries:run');
  const { resource } = request.params as { resource: string };
  const { query, pulled } = splitLarge(parsed(adHocQuery, request.body));
  const pulledBytes = pulled?.length ?? null;
  const cookieLine = forwardableCookies(request.raw);
  const asked = {
    resource,
    query,
    pulledBytes,
    ...(pulled === undefined ? {} : { pulledHashes: hashesOf(pulled) }),
    ...(cookieLine === undefined ? {} : { cookieLine }),
  };
  const shown = await path.bus.request(previewQuery, asked, call);
  return reply.header('cache-control', 'no-store').header('x-request-id', request.id).send(shown);
}
