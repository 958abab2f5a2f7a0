import type { Bus } from '@pontage/bus';
import type { Scope } from '@pontage/contracts';
import { draftCredential } from '@pontage/contracts/auth-broker';
import { adHocQuery, checkSignIn, previewQuery } from '@pontage/contracts/query-proxy';
import { checkResource } from '@pontage/contracts/resource-registry';
import {
  auditUnavailable,
  bodyTooLarge,
  circuitOpen,
  destinationDenied,
  dispatchLost,
  embedSessionExpired,
  forbidden,
  leaseUnavailable,
  notFound,
  overloaded,
  rateLimited,
  regionUnavailable,
  responseTooLarge,
  tooManyRedirects,
  unknownRegion,
  unknownVariable,
  unsupportedMediaType,
  upstreamBroken,
  upstreamTimedOut,
  upstreamTlsFailed,
  upstreamUnreachable,
  workerLost,
  consentRequired,
  credentialRejected,
  tokenEndpointFailed,
} from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireScope, type Authentication } from './authentication/authentication.js';
import { QueryAdmission } from './admission/admit-query.js';
import { Crossings } from './admission/crossings.js';
import { testAnswer, testRequest, unsavedTestRequest } from './connection-test/connection-test.js';
import { AnswerMemory } from './query-path/answer/answer-memory.js';
import { CreditBudget } from './query-path/answer/credit-budget.js';
import { Spool } from './query-path/request-body/spool.js';
import { QueryClient } from './query-path/client/query-client.js';
import type { QueryPath } from './query-path/query-path.js';
import { signInQuery } from './sign-in/sign-in-route.js';
import { operation, type Operation } from './routes/operation.js';
import { readJson } from './routes/read-json.js';
import type { GatewaySettings } from './settings.js';

/** What may become of a query besides an answer. */
const problems = [
  notFound,
  forbidden,
  destinationDenied,
  unknownVariable,
  upstreamUnreachable,
  upstreamTlsFailed,
  upstreamBroken,
  upstreamTimedOut,
  responseTooLarge,
  tooManyRedirects,
  workerLost,
  consentRequired,
  credentialRejected,
  tokenEndpointFailed,
  regionUnavailable,
  dispatchLost,
  leaseUnavailable,
  overloaded,
  rateLimited,
  circuitOpen,
  auditUnavailable,
  bodyTooLarge,
];

const pairs = z.array(z.tuple([z.string(), z.string()]));
const answer = z.strictObject({
  executionId: z.uuid(),
  status: z.int(),
  headers: pairs,
  body: z.json(),
  bodyEncoding: z.enum(['json', 'text', 'base64']),
  durationMs: z.int(),
  region: z.string(),
  workerId: z.string(),
  attempts: z.int(),
  /** Of a saved query whose answers are kept. */
  cache: z.enum(['hit', 'miss']).optional(),
});
const run = z.strictObject({ params: z.record(z.string(), z.json()).optional() });
const json = { reply: answer, problems: [...problems, unsupportedMediaType] };
const proxied = operation({
  id: 'proxy*',
  actsForUsers: true,
  summary: 'Sends the request through to the resource, and its answer back, both as streams.',
  access: 'queries:run',
  media: ['*/*'],
  problems,
});

/** The four ways to run a query, and what is asked about one or tried, described for guards, OpenAPI and the permission matrix; by the URL they are served at. */
export const queryOperations: Readonly<Record<string, Operation>> = {
  '/api/v1/resources/:resource/query': operation({
    id: 'runAdHocQuery',
    actsForUsers: true,
    summary: 'Runs a query on a resource.',
    access: 'queries:run',
    body: adHocQuery,
    ...json,
  }),
  '/api/v1/resources/:resource/preview': operation({
    id: 'previewQuery',
    actsForUsers: true,
    summary: 'Shows the exact request that a query would make, with secrets masked. Nothing is sent.',
    access: 'queries:run',
    body: adHocQuery,
    reply: previewQuery.reply,
    problems: [...previewQuery.problems, unsupportedMediaType],
  }),
  '/api/v1/resources/:resource/auth': operation({
    id: 'checkSignIn',
    actsForUsers: true,
    inSession: true,
    summary: "Tells how the caller stands with the resource's upstream, and what the next query would do.",
    access: 'queries:run',
    query: signInQuery,
    reply: checkSignIn.reply,
    problems: checkSignIn.problems,
  }),
  '/api/v1/resources/:resource/test': operation({
    id: 'testResource',
    summary: 'Tests the connection of a resource, stage by stage; no content of the upstream comes back.',
    access: 'queries:run',
    body: testRequest,
    reply: testAnswer,
    problems: [notFound, unknownRegion, unsupportedMediaType],
  }),
  '/api/v1/resources/test': operation({
    id: 'testUnsavedResource',
    summary: 'Tests the connection of a resource that is not saved; nothing of it is kept.',
    access: 'resources:write',
    body: unsavedTestRequest,
    reply: testAnswer,
    problems: [...draftCredential.problems, ...checkResource.problems, unsupportedMediaType],
  }),
  '/api/v1/apps/:uuid/queries/:name/run': operation({
    id: 'runSavedQuery',
    actsForUsers: true,
    summary: 'Runs a saved query of an app.',
    access: 'queries:run',
    body: run,
    ...json,
  }),
  '/embedded/api/queries/:name/run': operation({
    id: 'runEmbeddedQuery',
    summary: "Runs a saved query of the session's app.",
    access: 'embed-session',
    body: run,
    ...json,
    problems: [...json.problems, embedSessionExpired],
  }),
  '/proxy/:resource': { ...proxied, unlisted: true },
  '/proxy/:resource/*': proxied,
};

/** Puts the query path together. Whoever opens it drains its client and the second connection. */
export async function openQueryPath(
  bus: Bus,
  authentication: Authentication,
  organisations: QueryPath['organisations'],
  settings: Pick<GatewaySettings, 'PONTAGE_MAX_BODY_BYTES' | 'PONTAGE_BULK_DIR'>,
) {
  const bulk = await bus.openBulk(settings.PONTAGE_BULK_DIR);
  const crossings = new Crossings();
  const client = new QueryClient(bus, bulk, crossings);
  const path: QueryPath = {
    bus,
    client,
    budget: new CreditBudget(),
    memory: new AnswerMemory(),
    spool: new Spool(),
    limits: { maxBodyBytes: settings.PONTAGE_MAX_BODY_BYTES },
    admission: new QueryAdmission(crossings),
    organisations,
    authenticate: authenticators(authentication),
  };
  return { path, bulk, client };
}

/** As the query path calls them: before the body has been read and again with it, when the caller is known already. */
export function authenticators(authentication: Authentication): QueryPath['authenticate'] {
  return {
    async token(request: FastifyRequest, scope: Scope) {
      const known = request.caller;
      if (known !== undefined) requireScope(known.principal, scope);
      const { call, isLive } = known ?? (await authentication.authenticateToken(request, scope));
      admit(request);
      const { org, principal, requestId, ip, userAgent } = call;
      return { org, principal, requestId, ip, userAgent, isLive };
    },
    async caller(request: FastifyRequest, scope: Scope) {
      const { call, isLive, principal } = await authentication.authenticateCaller(request);
      requireScope(principal, scope);
      admit(request);
      return { ...call, isLive };
    },
    async embedSession(request: FastifyRequest) {
      const known = request.caller;
      const { call, principal, isLive } =
        known?.principal.type === 'external'
          ? { ...known, principal: known.principal }
          : await authentication.authenticateEmbedSession(request);
      admit(request);
      return { ...call, principal, isLive };
    },
  };
}

/** A JSON body is read once the caller is known; from here on denials are the query-proxy's to record. */
function admit(request: FastifyRequest): void {
  request.recordedElsewhere = true;
  if (request.body instanceof Uint8Array) request.body = readJson(request, { exactIntegers: false, storable: false });
}
