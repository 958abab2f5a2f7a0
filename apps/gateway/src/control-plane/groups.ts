import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest } from '@pontage/contracts';
import {
  access,
  createGroup,
  deleteGroup,
  findGroup,
  groupId,
  listGroups,
  setGroupApp,
  setGroupMember,
  setGroupResource,
  updateGroup,
} from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const byId = z.strictObject({ id: groupId });
const changes = updateGroup.request.shape.settings;
const appOfGroup = z.strictObject({ id: groupId, uuid: z.uuid() });
const resourceOfGroup = z.strictObject({ id: groupId, resourceId: z.string().min(1).max(100) });
const memberOfGroup = z.strictObject({ id: groupId, memberId: z.uuid().transform((id) => id.toLowerCase()) });
const granted = z.strictObject({ access });
const grantedWhere = granted.extend({ environments: setGroupResource.request.shape.environments });

@Controller()
export class Groups {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/groups',
    access: 'groups:read',
    summary: 'Lists the groups.',
    calls: listGroups,
    query: pageRequest,
  })
  async listGroups({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listGroups, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/groups',
    access: 'groups:write',
    summary: 'Adds a group.',
    calls: createGroup,
    body: createGroup.request,
    status: 201,
    also: { versioned: true, idempotency: 'kept' },
  })
  async createGroup({ body, call }: Asked<{ body: typeof createGroup.request }>) {
    return this.bus.request(createGroup, body, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/groups/:id',
    access: 'groups:read',
    summary: 'Shows a group and what it may reach.',
    calls: findGroup,
    params: byId,
    also: { versioned: true },
  })
  async findGroup({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(findGroup, params, call);
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/groups/:id',
    access: 'groups:write',
    summary: 'Changes a group.',
    calls: updateGroup,
    params: byId,
    body: changes,
    also: { versioned: true },
  })
  async updateGroup({ params, body, precondition, call }: Asked<{ params: typeof byId; body: typeof changes }>) {
    return this.bus.request(updateGroup, { ...params, settings: body, ...precondition }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/groups/:id',
    access: 'groups:write',
    summary: 'Deletes a group.',
    calls: deleteGroup,
    params: byId,
    status: 204,
    also: { versioned: true },
  })
  async deleteGroup({ params, precondition, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(deleteGroup, { ...params, ...precondition }, call);
  }

  @route({
    method: 'PUT',
    path: '/api/v1/groups/:id/apps/:uuid',
    access: 'groups:write',
    summary: 'Gives a group access to an app.',
    calls: setGroupApp,
    params: appOfGroup,
    body: granted,
  })
  async setGroupApp({ params, body, call }: Asked<{ params: typeof appOfGroup; body: typeof granted }>) {
    return this.bus.request(setGroupApp, { id: params.id, app: params.uuid, access: body.access }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/groups/:id/apps/:uuid',
    access: 'groups:write',
    summary: "Takes a group's access to an app away.",
    calls: setGroupApp,
    params: appOfGroup,
    status: 204,
  })
  async unsetGroupApp({ params, call }: Asked<{ params: typeof appOfGroup }>) {
    return this.bus.request(setGroupApp, { id: params.id, app: params.uuid, access: null }, call);
  }

  @route({
    method: 'PUT',
    path: '/api/v1/groups/:id/resources/:resourceId',
    access: 'groups:write',
    summary: 'Gives a group access to a resource, in some environments or in all.',
    calls: setGroupResource,
    params: resourceOfGroup,
    body: grantedWhere,
  })
  async setGroupResource({ params, body, call }: Asked<{ params: typeof resourceOfGroup; body: typeof grantedWhere }>) {
    return this.bus.request(setGroupResource, { id: params.id, resource: params.resourceId, ...body }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/groups/:id/resources/:resourceId',
    access: 'groups:write',
    summary: "Takes a group's access to a resource away.",
    calls: setGroupResource,
    params: resourceOfGroup,
    status: 204,
  })
  async unsetGroupResource({ params, call }: Asked<{ params: typeof resourceOfGroup }>) {
    return this.bus.request(setGroupResource, { id: params.id, resource: params.resourceId, access: null }, call);
  }

  @route({
    method: 'PUT',
    path: '/api/v1/groups/:id/members/:memberId',
    access: 'groups:write',
    summary: 'Takes a member into a group.',
    calls: setGroupMember,
    params: memberOfGroup,
  })
  async setGroupMember({ params, call }: Asked<{ params: typeof memberOfGroup }>) {
    return this.bus.request(setGroupMember, { id: params.id, member: params.memberId, isIn: true }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/groups/:id/members/:memberId',
    access: 'groups:write',
    summary: 'Takes a member out of a group.',
    calls: setGroupMember,
    params: memberOfGroup,
    status: 204,
  })
  async unsetGroupMember({ params, call }: Asked<{ params: typeof memberOfGroup }>) {
    return this.bus.request(setGroupMember, { id: params.id, member: params.memberId, isIn: false }, call);
  }
}
