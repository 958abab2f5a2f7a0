import type { Call, Principal } from '@pontage/contracts';
import { invalidFields, invalidRequest, notFound } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../authentication/caller.js';
import { versionToMatch } from './if-match.js';
import type { Operation, Shape } from './operation.js';
import { readJson } from './read-json.js';

/** What is read of a query where nothing is. */
export const noQuery = z.strictObject({});

type Part<S, K extends keyof Shape> = S extends { readonly [Key in K]: infer T extends z.ZodType }
  ? z.output<T>
  : undefined;

/** What a handler is asked, parsed and checked. */
export interface Asked<S extends object = object> {
  readonly params: Part<S, 'params'>;
  readonly query: Part<S, 'query'>;
  readonly body: Part<S, 'body'>;
  readonly principal: Principal;
  readonly call: Call;
  /** The version that `If-Match` names, to be spread into a contract's request. */
  readonly precondition: { readonly ifVersion?: number };
  readonly request: FastifyRequest;
}

/**
 * Reads what an operation takes from a request.
 * @throws Problem `invalid-request` with a pointer for each field; a path that no thing can have is `not-found`
 */
export function asked(
  request: FastifyRequest,
  operation: Operation,
): Asked<{ params: z.ZodType; query: z.ZodType; body: z.ZodType }> {
  const { principal, call } = callerOf(request);
  const parts = {
    params: checked(operation.params, request.params, () => notFound({})),
    query: checked(operation.query ?? noQuery, request.query, (error) => invalidFields(error, '/query')),
    body: bodyOf(request, operation),
  };
  return { ...parts, principal, call, precondition: preconditionOf(request, operation), request };
}

function checked(schema: z.ZodType | undefined, value: unknown, refuse: (error: z.ZodError) => Error): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
}

function bodyOf(request: FastifyRequest, operation: Operation): unknown {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const value = readJson(request, operation);
  if (operation.body !== undefined) {
    if (value === undefined) throw invalidRequest({}, { detail: 'A JSON body is needed.' });
    return checked(operation.body, value, invalidFields);
  }
  const empty = value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  if (!empty) throw invalidRequest({}, { detail: 'This takes no body.' });
  return undefined;
}

function preconditionOf(request: FastifyRequest, operation: Operation): { ifVersion?: number } {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'POST') return {};
  const ifVersion = versionToMatch(request.headers['if-match']);
  if (ifVersion === undefined) return {};
  if (operation.versioned) return { ifVersion };
  throw invalidRequest({}, { errors: [{ pointer: '/headers/If-Match', detail: 'This has no version to match.' }] });
}
