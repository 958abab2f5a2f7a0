import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest } from '@pontage/contracts';
import {
  createOrganisation,
  findOrganisation,
  listOrganisations,
  organisation,
  organisationChanges,
  updateOrganisation,
} from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import { sha256 } from '../authentication/hash.js';
import { newApiToken } from '../authentication/credentials.js';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const changes = organisationChanges;
const draft = createOrganisation.request.omit({ adminTokenHash: true });
const created = organisation.extend({ adminTokenId: z.uuid(), adminToken: z.string() });

@Controller()
export class Organisations {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/organisation',
    access: 'organisation:read',
    summary: "Shows the caller's organisation.",
    calls: findOrganisation,
    also: { versioned: true },
  })
  async findOrganisation({ call }: Asked) {
    return this.bus.request(findOrganisation, {}, call);
  }

  @route({
    method: 'PATCH',
    path: '/api/v1/organisation',
    access: 'organisation:write',
    summary: "Changes the caller's organisation.",
    calls: updateOrganisation,
    body: changes,
    also: { versioned: true },
  })
  async updateOrganisation({ body, precondition, call }: Asked<{ body: typeof changes }>) {
    return this.bus.request(updateOrganisation, { settings: body, ...precondition }, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/organisations',
    access: 'operator',
    summary: 'Lists every organisation.',
    calls: listOrganisations,
    query: pageRequest,
  })
  async listOrganisations({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listOrganisations, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/organisations',
    access: 'operator',
    summary: 'Adds an organisation; its first admin token is shown once.',
    calls: createOrganisation,
    body: draft,
    reply: created,
    status: 201,
    also: { versioned: true, idempotency: 'secret' },
  })
  async createOrganisation({ body, call }: Asked<{ body: typeof draft }>) {
    const adminToken = newApiToken();
    const made = await this.bus.request(createOrganisation, { ...body, adminTokenHash: sha256(adminToken) }, call);
    return { ...made.organisation, adminTokenId: made.adminTokenId, adminToken };
  }
}
