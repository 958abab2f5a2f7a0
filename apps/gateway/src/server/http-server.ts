import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { invalidRequest, requestTimedOut, type Problem } from '@pontage/problems';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Addresses } from '../addresses.js';
import type { Authentication } from '../authentication/authentication.js';
import type { DeniedAttempts } from '../authentication/denied-attempts.js';
import { problemDocument, sendProblem } from '../problems/send-problem.js';
import { problemOf } from '../problems/problem-of.js';
import { statusOf } from '../problems/status-of.js';
import type { GatewaySettings } from '../settings.js';
import { endSlowBodies } from './slow-bodies.js';
import { refuseAmbiguousHeaders } from './refuse-ambiguous-headers.js';

/** What plain routes and guards find on the fastify instance. */
export interface GatewayParts {
  readonly addresses: Addresses;
  readonly authentication: Authentication;
  readonly denied: DeniedAttempts;
}

/** The most bytes of a control-plane body. */
const bodyLimit = 1024 * 1024;
/** The longest path parameter: a name of 100 characters, all percent-encoded UTF-8. */
const maxParamLength = 1000;

/** The longest head of a request: Node's own is 16 KB, which forwarded cookies and long queries fill. */
const maxHeaderSize = 32 * 1024;
/** From a connection, or the first byte of a further request on it, to the end of the head. */
const headersTimeout = 10_000;
/** How often Node looks for connections that are over their time. */
const connectionsCheckingInterval = 1_000;
/** Longer than load balancers keep a connection that waits (60 s): so that it is they who close it. */
const keepAliveTimeout = 72_000;
const maxConnections = 10_000;

/** The HTTP server of the gateway: limits, request ids, headers, bodies. Routes come later, from Nest and beside it. */
export function httpServer(
  settings: Pick<GatewaySettings, 'PONTAGE_TRUSTED_PROXIES'>,
  parts: GatewayParts,
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit,
    // A request without a host is told so in our words.
    http: { maxHeaderSize, headersTimeout, connectionsCheckingInterval, requireHostHeader: false },
    keepAliveTimeout,
    // Of a whole request, with its body: endSlowBodies knows better.
    requestTimeout: 0,
    maxRequestsPerSocket: 0,
    trustProxy: settings.PONTAGE_TRUSTED_PROXIES,
    genReqId: (request: IncomingMessage) => requestIdOf(request),
    requestIdHeader: false,
    routerOptions: { maxParamLength },
    // A drain lets keep-alive connections finish instead of answering 503.
    return503OnClosing: false,
    skipMiddie: true,
    logger: false,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(request, reply, problemOf(error)),
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket, parts.addresses.baseUrl),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.server.maxConnections = maxConnections;
  // Node would drop in silence what comes after the 2,000th; the size is bounded in any case.
  fastify.server.maxHeadersCount = 0;
  fastify.decorate('publicAddresses', parts.addresses);
  fastify.decorate('authentication', parts.authentication);
  fastify.decorate('denied', parts.denied);
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('refused', undefined);
  fastify.decorateRequest('recordedElsewhere', undefined);
  takeBodiesAsBytes(fastify);
  addHeaders(fastify);
  refuseAmbiguousHeaders(fastify);
  endSlowBodies(fastify);
  return adapter;
}

/** A request id as the caller gave it, or a new one when it would not be safe in a header or a log line. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._:/+=@-]{1,200}$/.test(given) ? given : randomUUID();
}

/** Nothing is parsed before the caller is known; `readJson` does it then. */
function takeBodiesAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** Headers of every answer but a proxied one, which is the upstream's. Pages replace the policy by their own. */
const answerHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function addHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (request.routeOptions.url?.startsWith('/proxy/') !== true) reply.headers(answerHeaders);
    if (request.server.publicAddresses.baseUrl.startsWith('https:'))
      reply.header('strict-transport-security', 'max-age=31536000');
    done();
  });
}

/** What is not HTTP gets a problem all the same. */
function refuseMalformed(error: Error & { code?: string }, socket: Socket, baseUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = malformed(error.code);
  const status = statusOf[problem.definition.kind];
  const body = JSON.stringify(problemDocument(problem, { baseUrl, requestId: randomUUID() }));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function malformed(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return requestTimedOut({}, { detail: 'The head of the request did not come in time.' });
  return invalidRequest(
    {},
    { detail: code === 'HPE_HEADER_OVERFLOW' ? 'The headers are too large.' : 'This is not HTTP.' },
  );
}

declare module 'fastify' {
  interface FastifyInstance {
    publicAddresses: Addresses;
    authentication: Authentication;
    denied: DeniedAttempts;
  }
}
