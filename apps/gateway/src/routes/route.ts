import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  UseGuards,
  UseInterceptors,
  type ExecutionContext,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { RequestContract, Scope } from '@pontage/contracts';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ScopeGuard, TokenGuard } from '../authentication/token-guard.js';
import { AnswerInterceptor } from './answer-interceptor.js';
import { asked, type Asked } from './asked.js';
import { operation, type Operation, type Shape } from './operation.js';

/** What is declared about a control-plane route; the rest follows from the contract that it calls. */
export interface Route extends Shape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: `/api/${string}`;
  readonly access: Scope | 'any-token';
  readonly summary: string;
  /** The contract behind the route: its problems and, unless said otherwise, its reply are the route's. */
  readonly calls?: RequestContract;
  readonly reply?: z.ZodType;
  readonly status?: 200 | 201 | 202 | 204;
  readonly also?: Partial<
    Pick<
      Operation,
      'versioned' | 'idempotency' | 'exactIntegers' | 'actsForUsers' | 'backendOnly' | 'media' | 'problems'
    >
  >;
}

type Answer<R extends Route> = R extends { readonly reply: infer S extends z.ZodType } ? z.input<S> : unknown;
/** The method as the compiler checks it against what is declared; `TypedPropertyDescriptor` would demand equality. */
interface Handles<R extends Route> {
  readonly value?: (asked: Asked<R>) => Promise<Answer<R>>;
}

/** Makes a method of a controller a route: its path, who may call it, what it takes and how it is documented, in one place. */
export function route<const R extends Route>(declared: R) {
  return (controller: object, name: string, descriptor: Handles<R>): void => {
    const described = describedBy(declared, name);
    AskedParameter(described)(controller, name, 0);
    applyDecorators(
      RequestMapping({ path: declared.path, method: RequestMethod[declared.method] }),
      HttpCode(described.status),
      RouteConfig({ operation: described }),
      UseGuards(TokenGuard, ScopeGuard),
      UseInterceptors(AnswerInterceptor),
    )(controller, name, descriptor as TypedPropertyDescriptor<unknown>);
  };
}

function describedBy(declared: Route, id: string): Operation {
  const { calls, also, access, summary, params, query, body } = declared;
  const reply = declared.reply ?? calls?.reply;
  const status = declared.status ?? 200;
  return operation({
    id,
    access,
    summary,
    status,
    inSession: true,
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    ...(reply === undefined || status === 204 ? {} : { reply }),
    ...also,
    problems: [...(calls?.problems ?? []), ...(also?.problems ?? [])],
  });
}

/** Nest calls this after the guards, so that nobody without credentials has a body parsed. */
const AskedParameter = createParamDecorator((described: Operation, context: ExecutionContext) =>
  asked(context.switchToHttp().getRequest<FastifyRequest>(), described),
);
