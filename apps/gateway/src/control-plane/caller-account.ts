import { Controller } from '@nestjs/common';
import { tokenPrincipal, type Principal } from '@pontage/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { csrfTokenOf, memberTokenOf } from '../authentication/credentials.js';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const account = z.strictObject({
  ...tokenPrincipal.omit({ display: true, actsFor: true }).shape,
  type: z.enum(['token', 'member']),
  name: z.string(),
  organisation: z.strictObject({ id: z.uuid() }),
  /** Of a member: his address. */
  email: z.string().optional(),
  /** Of a member: the API token that he comes with; null: his session. */
  token: z.uuid().nullable().optional(),
  /** Of a member without a group: he may edit the organisation's resources. */
  openResources: z.boolean().optional(),
  /** In a session: what `Pontage-CSRF` has to hold in requests that change something. */
  csrfToken: z.string().optional(),
});

@Controller()
export class CallerAccount {
  @route({
    method: 'GET',
    path: '/api/v1/me',
    access: 'any-token',
    summary: 'Shows who the caller is and what he may do.',
    reply: account,
  })
  async findCaller({ principal, call, request }: Asked) {
    return { ...accountOf(principal, request), organisation: { id: call.org } };
  }
}

function accountOf(principal: Principal, request: FastifyRequest) {
  if (principal.type !== 'token' && principal.type !== 'member')
    throw new TypeError(`a ${principal.type} got past the token guard`);
  const { display, ...rest } = principal;
  const memberToken = principal.type === 'member' && principal.token === null ? memberTokenOf(request) : undefined;
  return { ...rest, name: display, ...(memberToken === undefined ? {} : { csrfToken: csrfTokenOf(memberToken) }) };
}
