import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest } from '@pontage/contracts';
import { draftCredential, listAuthMethods } from '@pontage/contracts/auth-broker';
import {
  createResource,
  deleteResource,
  diffResourceVersion,
  findResource,
  listResources,
  listResourceVersions,
  resourceGiven,
  resourceGivenPatch,
  rollBackResource,
  updateResource,
  type Resource,
} from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import { Addresses } from '../../addresses.js';
import type { Asked } from '../../routes/asked.js';
import { route } from '../../routes/route.js';
import { withCallbackUrl } from './callback-url.js';
import { draftResource } from './draft-resource.js';
import { credentialOf, givenAuthentication } from './given-authentication.js';

const byId = z.strictObject({ id: z.string().min(1).max(100) });
const byVersion = byId.extend({ version: z.coerce.number().int().positive() });
const draft = resourceGiven.extend({ authentication: givenAuthentication });
const changes = resourceGivenPatch.extend({ authentication: givenAuthentication });
const toVersion = rollBackResource.request.pick({ version: true });

@Controller()
export class Resources {
  constructor(
    private readonly bus: Bus,
    private readonly addresses: Addresses,
  ) {}

  @route({
    method: 'GET',
    path: '/api/v1/resources',
    access: 'resources:read',
    summary: 'Lists the resources.',
    calls: listResources,
    query: pageRequest,
  })
  async listResources({ query, call }: Asked<{ query: typeof pageRequest }>) {
    const { data, nextCursor } = await this.bus.request(listResources, query, call);
    return { data: data.map((each) => this.shown(each)), nextCursor };
  }

  @route({
    method: 'POST',
    path: '/api/v1/resources',
    access: 'resources:write',
    summary: 'Adds a resource.',
    calls: createResource,
    body: draft,
    status: 201,
    also: { versioned: true, idempotency: 'kept', problems: draftCredential.problems },
  })
  async createResource({ body: { authentication: given, ...settings }, call }: Asked<{ body: typeof draft }>) {
    const drafted = await draftResource(this.bus, { ...settings, authentication: credentialOf(given) }, call);
    return this.shown(await this.bus.request(createResource, drafted, call));
  }

  @route({
    method: 'GET',
    path: '/api/v1/resources/:id',
    access: 'resources:read',
    summary: 'Shows a resource, by id or name; secrets show as set.',
    calls: findResource,
    params: byId,
    also: { versioned: true },
  })
  async findResource({ params, call }: Asked<{ params: typeof byId }>) {
    return this.shown(await this.bus.request(findResource, { resource: params.id }, call));
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/resources/:id',
    access: 'resources:write',
    summary: 'Changes a resource; a changed destination needs its secrets again.',
    calls: updateResource,
    params: byId,
    body: changes,
    also: { versioned: true, problems: draftCredential.problems },
  })
  async updateResource({ params, body, precondition, call }: Asked<{ params: typeof byId; body: typeof changes }>) {
    const drafted = await draftResource(this.bus, body, call);
    return this.shown(
      await this.bus.request(updateResource, { resource: params.id, ...drafted, ...precondition }, call),
    );
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/resources/:id',
    access: 'resources:write',
    summary: 'Deletes a resource and forgets its credential.',
    calls: deleteResource,
    params: byId,
    status: 204,
    also: { versioned: true },
  })
  async deleteResource({ params, precondition, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(deleteResource, { resource: params.id, ...precondition }, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/resources/:id/versions',
    access: 'resources:read',
    summary: 'Lists the versions of a resource, newest first.',
    calls: listResourceVersions,
    params: byId,
    query: pageRequest,
  })
  async listResourceVersions({ params, query, call }: Asked<{ params: typeof byId; query: typeof pageRequest }>) {
    return this.bus.request(listResourceVersions, { ...query, resource: params.id }, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/resources/:id/versions/:version/diff',
    access: 'resources:read',
    summary: 'Shows what a version changed against the one before it.',
    calls: diffResourceVersion,
    params: byVersion,
  })
  async diffResourceVersion({ params, call }: Asked<{ params: typeof byVersion }>) {
    return this.bus.request(diffResourceVersion, { resource: params.id, version: params.version }, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/resources/:id/rollback',
    access: 'resources:write',
    summary: 'Makes a new version that equals an older one.',
    calls: rollBackResource,
    params: byId,
    body: toVersion,
    also: { versioned: true, idempotency: 'kept' },
  })
  async rollBackResource({ params, body, call }: Asked<{ params: typeof byId; body: typeof toVersion }>) {
    return this.shown(await this.bus.request(rollBackResource, { resource: params.id, ...body }, call));
  }

  @route({
    method: 'GET',
    path: '/api/v1/auth-methods',
    access: 'resources:read',
    summary: 'Lists the auth methods with the JSON Schema of their settings and secrets.',
    calls: listAuthMethods,
  })
  async listAuthMethods({ call }: Asked) {
    return this.bus.request(listAuthMethods, {}, call);
  }

  private shown(resource: Resource): Resource {
    return withCallbackUrl(resource, this.addresses.baseUrl);
  }
}
