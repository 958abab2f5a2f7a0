import type { Problem } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendPage } from '../pages/send-page.js';
import { statusOf } from '../problems/status-of.js';
import { failurePage } from './embed-pages.js';

/**
 * Tells a browser with a page, which tells the parent in turn, why there is no app; everybody else gets the problem.
 * A denial is recorded either way.
 */
export async function refuseWithPage(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  more: { parents: readonly string[]; forward?: string },
): Promise<FastifyReply> {
  const status = statusOf[problem.definition.kind];
  if (!wantsPage(request) || status >= 500) throw problem;
  if (status === 401 || status === 403) await request.server.denied.record(request, problem);
  return sendPage(reply, status, failurePage(problem, more));
}

const wantsPage = (request: FastifyRequest): boolean => (request.headers.accept ?? '').includes('text/html');
