import { endSignIn, listSignInEvents, listSignIns, startSignIn } from '@pontage/contracts/query-proxy';
import { pageRequest } from '@pontage/contracts';
import { unsupportedMediaType } from '@pontage/problems';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { frameOf } from '../query-path/caller.js';
import type { QueryPath, QuerySurface } from '../query-path/query-path.js';
import { parsed } from '../routes/parsed.js';
import { describes, operation } from '../routes/operation.js';
import { signInQuery } from './sign-in-route.js';
import { answerStart, beginSignIn, startAnswer, startBody } from './start-sign-in.js';

const ofResource = z.strictObject({ resource: z.string() });
const eventsQuery = z.strictObject({ ...signInQuery.shape, ...pageRequest.shape });

/** How callers sign in to the upstreams of resources, and take that back. */
export function serveSignIns(fastify: FastifyInstance, path: QueryPath, surface: QuerySurface): void {
  if (surface.internal) {
    serveStart(fastify, path);
    serveGrant(fastify, path);
  }
  if (surface.external) serveSessions(fastify, path);
}

function serveStart(fastify: FastifyInstance, path: QueryPath): void {
  const starts = operation({
    id: 'startSignIn',
    summary:
      "Begins a sign-in of the caller at the resource's provider. The URL does for one browser, once, for ten minutes.",
    access: 'queries:run',
    actsForUsers: true,
    inSession: true,
    params: ofResource,
    body: startBody,
    reply: startAnswer,
    problems: [...startSignIn.problems, unsupportedMediaType],
  });
  fastify.post('/api/v1/resources/:resource/auth/start', { config: describes(starts) }, async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await answerStart(path, request)),
  );
}

function serveGrant(fastify: FastifyInstance, path: QueryPath): void {
  const ends = operation({
    id: 'endSignIn',
    summary: "Forgets what the caller's sign-in has brought, and ends it at the provider where that can be.",
    access: 'queries:run',
    actsForUsers: true,
    inSession: true,
    params: ofResource,
    query: signInQuery,
    reply: endSignIn.reply,
    problems: endSignIn.problems,
  });
  fastify.delete('/api/v1/resources/:resource/auth', { config: describes(ends) }, async (request, reply) => {
    const caller = await path.authenticate.caller(request, 'queries:run');
    const asked = { ...(request.params as { resource: string }), ...parsed(signInQuery, request.query, '/query') };
    return reply.send(await path.bus.request(endSignIn, asked, frameOf(caller)));
  });
  const lists = operation({
    id: 'listSignInEvents',
    summary: "Lists what happened to the caller's grant and why, the newest first.",
    access: 'queries:run',
    actsForUsers: true,
    inSession: true,
    params: ofResource,
    query: eventsQuery,
    reply: listSignInEvents.reply,
    problems: listSignInEvents.problems,
  });
  fastify.get('/api/v1/resources/:resource/auth/timeline', { config: describes(lists) }, async (request, reply) => {
    const caller = await path.authenticate.caller(request, 'queries:run');
    const asked = { ...(request.params as { resource: string }), ...parsed(eventsQuery, request.query, '/query') };
    return reply
      .header('cache-control', 'no-store')
      .send(await path.bus.request(listSignInEvents, asked, frameOf(caller)));
  });
}

function serveSessions(fastify: FastifyInstance, path: QueryPath): void {
  const lists = operation({
    id: 'listEmbeddedResources',
    summary: 'Lists how the external user stands with the resources of the app that people sign in to.',
    access: 'embed-session',
    reply: listSignIns.reply,
    problems: listSignIns.problems,
  });
  fastify.get('/embedded/api/resources', { config: describes(lists) }, async (request, reply) => {
    const caller = await path.authenticate.embedSession(request);
    return reply.header('cache-control', 'no-store').send(await path.bus.request(listSignIns, {}, frameOf(caller)));
  });
  const starts = operation({
    id: 'startEmbeddedSignIn',
    summary: "Begins a sign-in of the external user at the resource's provider, for a window of its own.",
    access: 'embed-session',
    params: ofResource,
    reply: startAnswer,
    problems: startSignIn.problems,
  });
  fastify.post(
    '/embedded/api/resources/:resource/auth/start',
    { config: describes(starts) },
    async (request, reply) => {
      const caller = await path.authenticate.embedSession(request);
      const { resource } = request.params as { resource: string };
      const url = await beginSignIn(path, request, caller, { resource, returnTo: null });
      return reply.header('cache-control', 'no-store').send({ url });
    },
  );
}
