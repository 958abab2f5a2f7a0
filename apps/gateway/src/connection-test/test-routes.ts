import { adHocQuery, type QueryCall } from '@pontage/contracts/query-proxy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { forwardableCookies } from '../query-path/forwardable-cookies.js';
import type { Caller } from '../query-path/caller.js';
import type { QueryPath } from '../query-path/query-path.js';
import { refuseParameters } from '../routes/no-parameters.js';
import { parsed } from '../routes/parsed.js';
import { refuseUnstorableText } from '../routes/read-json.js';
import { composeTest } from './compose-test.js';
import { allRegions, testRequest, unsavedTestRequest, type TestAnswer, type TestRequest } from './connection-test.js';
import { probeConnection } from './probe-connection.js';
import { regionsToTest } from './regions-to-test.js';
import { withUnsaved } from './unsaved-drafts.js';

/** `POST /api/v1/resources/{id}/test`. */
export async function answerTest(path: QueryPath, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const caller = await path.authenticate.token(request, 'queries:run');
  refuseParameters(request);
  const asked = parsed(testRequest, request.body ?? {});
  const { resource } = request.params as { resource: string };
  const call = { kind: 'ad-hoc', resource, query: queryOf(asked) } as const;
  return send(reply, caller, await testFrom(path, request, caller, call, asked));
}

/** `POST /api/v1/resources/test`: of what is not saved, and will not be. */
export async function answerUnsavedTest(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const caller = await path.authenticate.token(request, 'resources:write');
  // Until it comes to the query-proxy, a denial is the gateway's to record.
  request.recordedElsewhere = false;
  refuseParameters(request);
  refuseUnstorableText(request.body, '');
  const { resource, ...asked } = parsed(unsavedTestRequest, request.body);
  const test = await withUnsaved(path.bus, resource, caller, (unsaved) => {
    request.recordedElsewhere = true;
    return testFrom(path, request, caller, { kind: 'unsaved', ...unsaved, query: queryOf(asked) }, asked);
  });
  return send(reply, caller, test);
}

async function testFrom(
  path: QueryPath,
  request: FastifyRequest,
  caller: Caller,
  call: QueryCall,
  { region, method }: TestRequest,
): Promise<TestAnswer> {
  const run = {
    ...caller,
    call,
    body: { kind: 'none' } as const,
    maxResponseBytes: 0,
    decode: false,
    cookieLine: forwardableCookies(request.raw),
  };
  const regions = await regionsToTest(path.bus, region, caller);
  const tests = await Promise.all(
    regions.map(async (each) =>
      composeTest(await probeConnection(path, request, { ...run, test: { region: each } }, method)),
    ),
  );
  const [only] = tests;
  if (region !== allRegions && only !== undefined) return only;
  return { ok: tests.length > 0 && tests.every(({ ok }) => ok), regions: tests };
}

const queryOf = ({ method, path, environment }: TestRequest) =>
  adHocQuery.parse({ method, path, ...(environment === undefined ? {} : { environment }) });

const send = (reply: FastifyReply, { requestId }: Caller, test: TestAnswer): FastifyReply =>
  reply.header('cache-control', 'no-store').header('x-request-id', requestId).send(test);
