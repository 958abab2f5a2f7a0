import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest } from '@pontage/contracts';
import { createToken, listTokens, revokeToken, token, tokenDraft } from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import { sha256 } from '../authentication/hash.js';
import { newApiToken } from '../authentication/credentials.js';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';
import { forgetGrants } from './forget-grants.js';

const byId = z.strictObject({ id: z.uuid() });
const created = token.extend({ token: z.string() });

@Controller()
export class Tokens {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/tokens',
    access: 'tokens:read',
    summary: "Lists the organisation's API tokens, never their values.",
    calls: listTokens,
    query: pageRequest,
  })
  async listTokens({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listTokens, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/tokens',
    access: 'tokens:write',
    summary: 'Adds an API token; its value is shown once.',
    calls: createToken,
    body: tokenDraft,
    reply: created,
    status: 201,
    also: { idempotency: 'secret' },
  })
  async createToken({ body, call }: Asked<{ body: typeof tokenDraft }>) {
    const value = newApiToken();
    const made = await this.bus.request(createToken, { draft: body, hash: sha256(value) }, call);
    return { ...made, token: value };
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/tokens/:id',
    access: 'tokens:write',
    summary: 'Revokes an API token; every gateway refuses it before this is answered.',
    calls: revokeToken,
    params: byId,
    status: 204,
  })
  async revokeToken({ params, call, request }: Asked<{ params: typeof byId }>) {
    const revoked = await this.bus.request(revokeToken, params, call);
    forgetGrants(this.bus, { kind: 'token', ...params }, call, request);
    return revoked;
  }
}
