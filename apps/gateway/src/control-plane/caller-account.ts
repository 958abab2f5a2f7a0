import { Controller } from '@nestjs/common';
import { tokenPrincipal } from '@pontage/contracts';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const account = z.strictObject({
  ...tokenPrincipal.omit({ display: true, actsFor: true }).shape,
  type: z.enum(['token']),
  name: z.string(),
  organisation: z.strictObject({ id: z.uuid() }),
});

@Controller()
export class CallerAccount {
  @route({
    method: 'GET',
    path: '/api/v1/me',
    access: 'any-token',
    summary: 'Shows who the token belongs to and what it may do.',
    reply: account,
  })
  async findCaller({ principal, call }: Asked) {
    if (principal.type !== 'token') throw new TypeError(`a ${principal.type} got past the token guard`);
    const { display, ...rest } = principal;
    return { ...rest, name: display, organisation: { id: call.org } };
  }
}
