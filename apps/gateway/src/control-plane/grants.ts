import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { forgetGrant, listGrants } from '@pontage/contracts/auth-broker';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const byId = z.strictObject({ id: z.uuid() });

@Controller()
export class Grants {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/grants',
    access: 'admin',
    summary:
      'Lists the grants of the organisation: whose, of which resource, until when. Those that end first come first.',
    calls: listGrants,
    query: listGrants.request,
  })
  async listGrants({ query, call }: Asked<{ query: typeof listGrants.request }>) {
    return this.bus.request(listGrants, query, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/grants/:id',
    access: 'admin',
    summary: 'Forgets a grant, whoever it belongs to, and ends it at the provider where that can be.',
    calls: forgetGrant,
    params: byId,
  })
  async forgetGrant({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(forgetGrant, params, call);
  }
}
