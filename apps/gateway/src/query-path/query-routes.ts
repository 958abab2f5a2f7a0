import type { FastifyReply, FastifyRequest } from 'fastify';
import { adHocQuery, inlineBodyBytes, type AdHocQuery, type QueryCall } from '@pontage/contracts/query-proxy';
import { encodeBody } from '@pontage/http-message';
import { bodyTooLarge, invalidRequest, isProblem } from '@pontage/problems';
import { z } from 'zod';
import { parsed } from '../routes/parsed.js';
import { withWayOut } from '../sign-in/start-sign-in.js';
import { forwardableCookies } from './forwardable-cookies.js';
import { queryAnswer } from './answer/query-answer.js';
import type { Caller } from './caller.js';
import type { QueryPath } from './query-path.js';
import { runWhole } from './run-whole.js';

/** `/query` takes and gives bodies of up to this. */
export const maxQueryBytes = 10 * 1024 * 1024;

const runBody = z.strictObject({ params: z.record(z.string().max(100), z.json()).default({}) });

/** `POST /api/v1/resources/{id}/query`. */
export async function answerQuery(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const caller = await path.authenticate.token(request, 'queries:run');
  const query = parsed(adHocQuery, request.body);
  const { resource } = request.params as { resource: string };
  const { query: kept, pulled } = splitLarge(query);
  const call = { kind: 'ad-hoc', resource, query: kept } as const;
  return answer(path, request, reply, caller, call, ['GET', 'HEAD'].includes(query.method), pulled);
}

/** `POST /api/v1/apps/{uuid}/queries/{name}/run`. */
export async function answerSavedQuery(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const caller = await path.authenticate.token(request, 'queries:run');
  const { uuid, name } = request.params as { uuid: string; name: string };
  return answer(path, request, reply, caller, savedCall(uuid, name, request.body), false, undefined);
}

/** `POST /embedded/api/queries/{name}/run`: a name and parameters are all that a browser says; the app is the session's. */
export async function answerEmbeddedQuery(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const caller = await path.authenticate.embedSession(request);
  const { name } = request.params as { name: string };
  return answer(path, request, reply, caller, savedCall(caller.principal.app, name, request.body), false, undefined);
}

async function answer(
  path: QueryPath,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  call: QueryCall,
  repeatable: boolean,
  pulled: Buffer | undefined,
): Promise<FastifyReply> {
  const body = pulled === undefined ? ({ kind: 'none' } as const) : ({ kind: 'pulled', bytes: pulled.length } as const);
  const running = runWhole(
    path,
    request,
    {
      ...caller,
      call,
      body,
      maxResponseBytes: maxQueryBytes,
      decode: true,
      cookieLine: forwardableCookies(request.raw),
    },
    repeatable,
    pulled,
  );
  const whole = await running.catch(async (error: unknown) => {
    throw isProblem(error) ? await withWayOut(path, request, caller, error) : error;
  });
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-request-id', caller.requestId)
    .send(queryAnswer(whole));
}

const savedCall = (app: string, name: string, body: unknown): QueryCall => ({
  kind: 'saved',
  app,
  name,
  params: parsed(runBody, body ?? {}).params,
});

/** A body that is too large to travel inside the message is encoded here and pulled by the worker; templates are not resolved in it. */
export function splitLarge(query: AdHocQuery): { query: AdHocQuery; pulled: Buffer | undefined } {
  if (query.body === undefined || JSON.stringify(query.body).length <= inlineBodyBytes)
    return { query, pulled: undefined };
  const { bytes, contentType } = encodeBody(query.body);
  if (bytes.length > maxQueryBytes) throw bodyTooLarge({ limitBytes: maxQueryBytes });
  const pulled = Buffer.from(bytes);
  if (query.body.type !== 'base64' && pulled.includes('{{')) {
    throw invalidRequest(
      {},
      { errors: [{ pointer: '/body/value', detail: 'Templates are resolved in bodies of up to 256 KB only.' }] },
    );
  }
  const { body: _body, ...rest } = query;
  const typed = rest.headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    query: { ...rest, headers: typed ? rest.headers : [...rest.headers, ['Content-Type', contentType]] },
    pulled,
  };
}
