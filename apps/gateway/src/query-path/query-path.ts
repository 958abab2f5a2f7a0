import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bus } from '@pontage/bus';
import type { ExternalPrincipal, Scope } from '@pontage/contracts';
import type { QueryAdmission } from '../admission/admit-query.js';
import { answerTest, answerUnsavedTest } from '../connection-test/test-routes.js';
import type { organisations, ValueOf } from '@pontage/contracts/snapshots';
import type { AnswerMemory } from './answer/answer-memory.js';
import type { CreditBudget } from './answer/credit-budget.js';
import type { Caller } from './caller.js';
import { answerPreview } from './preview-route.js';
import { answerProxy } from './proxy-route.js';
import type { QueryClient } from './client/query-client.js';
import type { Spool } from './request-body/spool.js';
import { refuseParameters } from '../routes/no-parameters.js';
import { answerSignIn } from '../sign-in/sign-in-route.js';
import { answerEmbeddedQuery, answerQuery, answerSavedQuery, maxQueryBytes } from './query-routes.js';

/** What the query path takes from the rest of the gateway. */
export interface QueryPath {
  readonly bus: Bus;
  readonly client: QueryClient;
  readonly budget: CreditBudget;
  readonly memory: AnswerMemory;
  readonly spool: Spool;
  readonly limits: { readonly maxBodyBytes: number };
  readonly admission: QueryAdmission;
  readonly organisations: { get(key: string): ValueOf<typeof organisations> | undefined };
  readonly authenticate: {
    /** @throws Problem `unauthenticated`, `missing-scope`. */
    token(request: FastifyRequest, scope: Scope): Promise<Caller>;
    /** The same, or a member in a session of theirs: for what is about queries and runs none. @throws Problem `forbidden` besides */
    caller(request: FastifyRequest, scope: Scope): Promise<Caller>;
    /** @throws Problem `unauthenticated`, `embed-session-expired`. */
    embedSession(request: FastifyRequest): Promise<Caller<ExternalPrincipal>>;
  };
}

/** Which surface a gateway serves: `/embedded` for the outside, the rest for the inside. */
export interface QuerySurface {
  readonly internal: boolean;
  readonly external: boolean;
}

/** A JSON text may be a good deal longer than the bytes that it stands for. */
const jsonBodyLimit = Math.ceil(maxQueryBytes * 1.5);

/** The hot routes: plain fastify, beside Nest and not behind it. */
export function serveQueryPath(fastify: FastifyInstance, path: QueryPath, surface: QuerySurface): void {
  // Whoever may not ask, or asks too much, has nothing of a body read.
  const admits =
    (authenticate: (request: FastifyRequest) => Promise<Caller>, check?: (request: FastifyRequest) => void) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const { org } = await authenticate(request);
      check?.(request);
      path.admission.admit(request, reply, org);
    };
  const ofToken = (request: FastifyRequest) => path.authenticate.token(request, 'queries:run');
  if (surface.internal) {
    const onRequest = admits(ofToken, refuseParameters);
    fastify.post('/api/v1/resources/:resource/query', { onRequest, bodyLimit: jsonBodyLimit }, (request, reply) =>
      answerQuery(path, request, reply),
    );
    fastify.post('/api/v1/resources/:resource/preview', { onRequest, bodyLimit: jsonBodyLimit }, (request, reply) =>
      answerPreview(path, request, reply),
    );
    fastify.get('/api/v1/resources/:resource/auth', (request, reply) => answerSignIn(path, request, reply));
    fastify.post('/api/v1/resources/:resource/test', (request, reply) => answerTest(path, request, reply));
    fastify.post('/api/v1/resources/test', (request, reply) => answerUnsavedTest(path, request, reply));
    fastify.post('/api/v1/apps/:uuid/queries/:name/run', { onRequest, bodyLimit: jsonBodyLimit }, (request, reply) =>
      answerSavedQuery(path, request, reply),
    );
    fastify.register((proxied, _options, done) => {
      // The body stays a stream, whatever its type says.
      proxied.removeAllContentTypeParsers();
      proxied.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      const route = {
        // Parameters of the proxy are the upstream's.
        onRequest: admits(ofToken),
        method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        handler: (request: FastifyRequest, reply: FastifyReply) => answerProxy(path, request, reply),
      };
      proxied.route({ ...route, url: '/proxy/:resource' });
      proxied.route({ ...route, url: '/proxy/:resource/*' });
      done();
    });
  }
  if (surface.external) {
    const onRequest = admits((request) => path.authenticate.embedSession(request), refuseParameters);
    fastify.post('/embedded/api/queries/:name/run', { onRequest, bodyLimit: jsonBodyLimit }, (request, reply) =>
      answerEmbeddedQuery(path, request, reply),
    );
  }
}
