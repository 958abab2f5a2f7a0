import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest } from '@pontage/contracts';
import {
  createMember,
  deleteMember,
  findMember,
  listMembers,
  memberChanges,
  memberDraft,
  updateMember,
} from '@pontage/contracts/resource-registry';
import { rateLimited } from '@pontage/problems';
import { z } from 'zod';
import { requireScope } from '../authentication/authentication.js';
import { memberTokenOf } from '../authentication/credentials.js';
import { sha256 } from '../authentication/hash.js';
import { SignInLimits } from '../member-sign-in/sign-in-limits.js';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';
import { forgetGrants } from './forget-grants.js';

const byId = z.strictObject({ id: z.uuid().transform((id) => id.toLowerCase()) });

@Controller()
export class Members {
  constructor(
    private readonly bus: Bus,
    private readonly limits: SignInLimits,
  ) {}

  @route({
    method: 'GET',
    path: '/api/v1/members',
    access: 'members:read',
    summary: 'Lists the members, never anything of their passwords.',
    calls: listMembers,
    query: pageRequest,
  })
  async listMembers({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listMembers, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/members',
    access: 'members:write',
    summary: 'Adds a member.',
    calls: createMember,
    body: memberDraft,
    status: 201,
    also: { versioned: true, idempotency: 'kept' },
  })
  async createMember({ body, call }: Asked<{ body: typeof memberDraft }>) {
    return this.bus.request(createMember, body, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/members/:id',
    access: 'members:read',
    summary: 'Shows a member.',
    calls: findMember,
    params: byId,
    also: { versioned: true },
  })
  async findMember({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(findMember, params, call);
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/members/:id',
    access: 'any-token',
    summary: 'Changes a member: `members:write`, or oneself as far as name and password go.',
    calls: updateMember,
    params: byId,
    body: memberChanges,
    also: { versioned: true, problems: [rateLimited] },
  })
  async updateMember({
    params,
    body,
    precondition,
    call,
    request,
  }: Asked<{ params: typeof byId; body: typeof memberChanges }>) {
    const { principal } = call;
    const isSelf = principal.type === 'member' && principal.id === params.id;
    if (!isSelf) requireScope(principal, 'members:write');
    const token = memberTokenOf(request);
    const session = isSelf && principal.token === null && token !== undefined ? { sessionHash: sha256(token) } : {};
    const asked = { ...params, changes: body, ...precondition, ...session };
    // Whoever guesses at a password here guesses as slowly as at the door, also when he leaves the old one out.
    const isGuess = body.currentPassword !== undefined || (isSelf && body.password !== undefined);
    if (!isGuess) return this.bus.request(updateMember, asked, call);
    return this.limits.guard(request, `member ${params.id}`, () => this.bus.request(updateMember, asked, call));
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/members/:id',
    access: 'members:write',
    summary: 'Removes a member, his sessions and his tokens; every gateway refuses them before this is answered.',
    calls: deleteMember,
    params: byId,
    status: 204,
    also: { versioned: true },
  })
  async deleteMember({ params, precondition, call, request }: Asked<{ params: typeof byId }>) {
    const removed = await this.bus.request(deleteMember, { ...params, ...precondition }, call);
    forgetGrants(this.bus, { kind: 'member', ...params }, call, request);
    return removed;
  }
}
