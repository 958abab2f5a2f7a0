import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageRequest, type Call } from '@pontage/contracts';
import { draftConfigValue } from '@pontage/contracts/auth-broker';
import {
  configGiven,
  configName,
  deleteConfig,
  environmentName,
  listConfig,
  putConfig,
} from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import { noteSecrets } from '../authentication/note-secrets.js';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const byName = z.strictObject({ name: configName });
const inEnvironment = z.strictObject({ environment: environmentName.optional() });

@Controller()
export class ConfigVariables {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/config',
    access: 'config:read',
    summary: 'Lists the configuration variables.',
    calls: listConfig,
    query: pageRequest,
  })
  async listConfig({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listConfig, query, call);
  }

  @route({
    method: 'PUT',
    path: '/api/v1/config/:name',
    access: 'config:write',
    summary: 'Sets a configuration variable in one environment; a secret one is write-only.',
    calls: putConfig,
    params: byName,
    body: configGiven,
    also: { problems: draftConfigValue.problems },
  })
  async putConfig({ params, body, call }: Asked<{ params: typeof byName; body: typeof configGiven }>) {
    const { value } = body;
    const kept = body.secret === true && typeof value === 'string' ? await this.drafted(value, call) : value;
    return this.bus.request(putConfig, { ...body, value: kept, name: params.name }, call);
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/config/:name',
    access: 'config:write',
    summary: 'Deletes a configuration variable from one environment, or from all.',
    calls: deleteConfig,
    params: byName,
    query: inEnvironment,
    status: 204,
  })
  async deleteConfig({ params, query, call }: Asked<{ params: typeof byName; query: typeof inEnvironment }>) {
    return this.bus.request(deleteConfig, { ...params, ...query }, call);
  }

  /** Only the broker hears it, sealed. */
  private async drafted(value: string, call: Call): Promise<{ draftId: string }> {
    noteSecrets(call.org, [value]);
    return this.bus.request(draftConfigValue, { value }, call);
  }
}
