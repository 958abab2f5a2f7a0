import type { Scope } from '@pontage/contracts';
import type { ProblemDefinition } from '@pontage/problems';
import type { FastifyContextConfig } from 'fastify';
import type { z } from 'zod';

/** Who may call a route: holders of a scope, of any API token, of an embed session, or anybody. */
export type Access = Scope | 'any-token' | 'embed-session' | 'anybody';

/** What a route is asked with: path and query parameters as objects of text, the body as JSON. */
export interface Shape {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
}

/** Everything that is said about a route once: guards, validation, OpenAPI and the permission matrix read it. */
export interface Operation extends Shape {
  /** Unique; what a generated client calls it. */
  readonly id: string;
  /** One sentence. */
  readonly summary: string;
  readonly access: Access;
  readonly status: number;
  readonly reply?: z.ZodType;
  /** Media types of the answer when it is not JSON. */
  readonly media: readonly string[];
  readonly problems: readonly Pick<ProblemDefinition, 'slug' | 'kind' | 'title'>[];
  /** The answer's `version` is its `ETag`, and `If-Match` is honoured on writes. */
  readonly versioned: boolean;
  /** `Idempotency-Key` is honoured; `secret`: the answer holds one and is kept for ten minutes only. */
  readonly idempotency: 'none' | 'kept' | 'secret';
  /** Integers beyond 2^53 stay exact: they are read and written as bigint. */
  readonly exactIntegers: boolean;
  /** `Pontage-User` is honoured: the caller may act for an external user. Everywhere else it is refused. */
  readonly actsForUsers: boolean;
  /** Refused to browsers: a token there is a token that its visitor has. */
  readonly backendOnly: boolean;
  /** Members may come in a session, too, not only with a token. */
  readonly inSession: boolean;
  /** Not for the OpenAPI document: files and pages that only a browser asks for. */
  readonly unlisted: boolean;
}

/** An operation with the usual answers filled in. */
export function operation(given: Partial<Operation> & Pick<Operation, 'id' | 'summary' | 'access'>): Operation {
  return {
    status: 200,
    media: ['application/json'],
    problems: [],
    versioned: false,
    idempotency: 'none',
    exactIntegers: false,
    actsForUsers: false,
    backendOnly: false,
    inSession: false,
    unlisted: false,
    ...given,
  };
}

/** What fastify is told about a plain route: `fastify.route({ …, config: describes(operation({…})) })`. */
export const describes = (described: Operation): FastifyContextConfig => ({ operation: described });

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}
