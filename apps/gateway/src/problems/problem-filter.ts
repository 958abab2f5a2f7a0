import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Problem } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem-of.js';
import { sendProblem } from './send-problem.js';
import { statusOf } from './status-of.js';

/** Turns everything that any route throws into a problem, the plain fastify routes' errors included. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    await this.answer(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), error);
  }

  /** Records a denial and answers with the problem. */
  async answer(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
    const problem = problemOf(error, request.routeOptions?.bodyLimit);
    this.log(request, problem);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const status = statusOf[problem.definition.kind];
    if (status === 401 || status === 403) await request.server.denied.record(request, problem);
    sendProblem(request, reply, problem);
  }

  private log(request: FastifyRequest, problem: Problem): void {
    const line = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions?.url,
      code: problem.slug,
    };
    if (problem.definition.kind === 'internal') this.logger.error({ ...line, err: problem }, 'a request failed');
    else if (problem.cause !== undefined || problem.note !== undefined)
      this.logger.debug({ ...line, err: problem }, 'a request was refused');
  }
}
