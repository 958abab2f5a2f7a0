import { forbidden, notFound } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { environmentName } from './environment-name.js';

const callers = ['gateway'] as const;

/** A configuration variable's name, as `{{ config.NAME }}` writes it. */
export const configName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'A name is letters, digits and underscores, not beginning with a digit.');

/** A configuration variable in one environment. */
export const configVariable = z.strictObject({
  name: configName,
  environment: environmentName,
  value: z.string().max(8192),
  updatedAt: z.iso.datetime(),
});

export const listConfig = requestContract({
  subject: 'v1.resource-registry.config.list',
  callers,
  request: pageRequest,
  reply: pageOf(configVariable),
  problems: [forbidden],
  deadlineMs: 2_000,
});
/** Sets a variable in one environment; an environment that the organisation does not have is `not-found`. */
export const putConfig = requestContract({
  subject: 'v1.resource-registry.config.put',
  callers,
  request: z.strictObject({
    name: configName,
    environment: environmentName.default('production'),
    value: z.string().max(8192),
  }),
  reply: configVariable,
  problems: [notFound, forbidden],
  deadlineMs: 5_000,
});
/** Deletes a variable from one environment, or from all when none is named. */
export const deleteConfig = requestContract({
  subject: 'v1.resource-registry.config.delete',
  callers,
  request: z.strictObject({ name: configName, environment: environmentName.optional() }),
  reply: z.strictObject({}),
  problems: [notFound, forbidden],
  deadlineMs: 5_000,
});
