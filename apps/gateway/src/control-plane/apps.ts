import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest } from '@pontage/contracts';
import {
  createApp,
  deleteApp,
  deleteQuery,
  findApp,
  findQuery,
  listApps,
  listQueries,
  putQuery,
  queryDraft,
  queryName,
  updateApp,
} from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const byUuid = z.strictObject({ uuid: z.uuid() });
const byName = byUuid.extend({ name: queryName });
const changes = updateApp.request.shape.settings;

@Controller()
export class Apps {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/apps',
    access: 'apps:read',
    summary: 'Lists the apps.',
    calls: listApps,
    query: pageRequest,
  })
  async listApps({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listApps, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/apps',
    access: 'apps:write',
    summary: 'Adds an app.',
    calls: createApp,
    body: createApp.request,
    status: 201,
    also: { versioned: true, idempotency: 'kept' },
  })
  async createApp({ body, call }: Asked<{ body: typeof createApp.request }>) {
    return this.bus.request(createApp, body, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/apps/:uuid',
    access: 'apps:read',
    summary: 'Shows an app.',
    calls: findApp,
    params: byUuid,
    also: { versioned: true },
  })
  async findApp({ params, call }: Asked<{ params: typeof byUuid }>) {
    return this.bus.request(findApp, params, call);
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/apps/:uuid',
    access: 'apps:write',
    summary: 'Changes an app.',
    calls: updateApp,
    params: byUuid,
    body: changes,
    also: { versioned: true },
  })
  async updateApp({ params, body, precondition, call }: Asked<{ params: typeof byUuid; body: typeof changes }>) {
    return this.bus.request(updateApp, { ...params, settings: body, ...precondition }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/apps/:uuid',
    access: 'apps:write',
    summary: 'Deletes an app with its saved queries.',
    calls: deleteApp,
    params: byUuid,
    status: 204,
    also: { versioned: true },
  })
  async deleteApp({ params, precondition, call }: Asked<{ params: typeof byUuid }>) {
    return this.bus.request(deleteApp, { ...params, ...precondition }, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/apps/:uuid/queries',
    access: 'apps:read',
    summary: 'Lists the saved queries of an app.',
    calls: listQueries,
    params: byUuid,
    query: pageRequest,
  })
  async listQueries({ params, query, call }: Asked<{ params: typeof byUuid; query: typeof pageRequest }>) {
    return this.bus.request(listQueries, { ...query, app: params.uuid }, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/apps/:uuid/queries/:name',
    access: 'apps:read',
    summary: 'Shows a saved query.',
    calls: findQuery,
    params: byName,
    also: { versioned: true },
  })
  async findQuery({ params, call }: Asked<{ params: typeof byName }>) {
    return this.bus.request(findQuery, { app: params.uuid, name: params.name }, call);
  }

  @route({
    method: 'PUT',
    path: '/api/v1/apps/:uuid/queries/:name',
    access: 'apps:write',
    summary: 'Saves a query of an app.',
    calls: putQuery,
    params: byName,
    body: queryDraft,
    also: { versioned: true },
  })
  async putQuery({ params, body, precondition, call }: Asked<{ params: typeof byName; body: typeof queryDraft }>) {
    return this.bus.request(putQuery, { app: params.uuid, name: params.name, query: body, ...precondition }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/apps/:uuid/queries/:name',
    access: 'apps:write',
    summary: 'Deletes a saved query.',
    calls: deleteQuery,
    params: byName,
    status: 204,
    also: { versioned: true },
  })
  async deleteQuery({ params, precondition, call }: Asked<{ params: typeof byName }>) {
    return this.bus.request(deleteQuery, { app: params.uuid, name: params.name, ...precondition }, call);
  }
}
