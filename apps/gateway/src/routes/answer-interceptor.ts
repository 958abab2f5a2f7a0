import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defer, firstValueFrom, type Observable } from 'rxjs';
import { outboundScan } from '@pontage/telemetry';
import { IdempotentAnswers } from '../idempotency/idempotent-answers.js';
import { orgOf } from '../problems/send-problem.js';
import { stringifyExactJson } from './exact-json.js';
import { etagOf } from './if-match.js';
import type { Operation } from './operation.js';

/** What every control-plane answer has in common: idempotency, no live secret, entity tags, exact integers, an empty 204. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly idempotent: IdempotentAnswers) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const described = request.routeOptions.config.operation;
    if (described === undefined) return next.handle();
    return defer(() =>
      this.answer(request, http.getResponse<FastifyReply>(), described, () => firstValueFrom(next.handle())),
    );
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    described: Operation,
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const { body: given, replayed } = await this.idempotent.answer(request, described, run);
    const org = orgOf(request);
    const body = org === undefined ? given : outboundScan.answer(given, org);
    if (replayed) reply.header('idempotency-replayed', 'true');
    if (described.status === 204) return undefined;
    if (described.versioned && hasVersion(body)) reply.header('etag', etagOf(body.version));
    if (described.exactIntegers) reply.serializer(stringifyExactJson).type('application/json');
    return body;
  }
}

const hasVersion = (body: unknown): body is { version: number } =>
  typeof body === 'object' && body !== null && 'version' in body && typeof body.version === 'number';
