import { forbidden, invalidRequest, notFound, secretRequired, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { environmentName } from './environment-name.js';
import { secretView } from './settings/pair-values.js';

const callers = ['gateway'] as const;

/** A configuration variable's name, as `{{ config.NAME }}` writes it. */
export const configName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'A name is letters, digits and underscores, not beginning with a digit.');

/** The text that a variable stands for. */
export const configText = z.string().max(8192);

/** A configuration variable in one environment; the value of a secret one shows as set. */
export const configVariable = z.strictObject({
  name: configName,
  environment: environmentName,
  secret: z.boolean(),
  value: z.union([configText, secretView]),
  updatedAt: z.iso.datetime(),
});

/** A configuration variable as a client gives it; the placeholder keeps the secret that is there. */
export const configGiven = z
  .strictObject({
    environment: environmentName.default('production'),
    value: z.union([configText, secretView]),
    /** Nothing is said: a new variable is readable, and a secret one stays secret or the request is refused. */
    secret: z.boolean().optional(),
  })
  .superRefine(({ value, secret }, context) => {
    if (secret === true && value === '')
      context.addIssue({ code: 'custom', path: ['value'], message: 'A secret is not empty.' });
    if (secret === false && typeof value !== 'string')
      context.addIssue({
        code: 'custom',
        path: ['value'],
        message: 'A secret does not become readable: a variable that is none needs a value.',
      });
  });

export const listConfig = requestContract({
  subject: 'v1.resource-registry.config.list',
  callers,
  request: pageRequest,
  reply: pageOf(configVariable),
  problems: [forbidden],
  deadlineMs: 2_000,
});
/**
 * Sets a variable in one environment; an environment that the organisation does not have is `not-found`. A new secret
 * comes as a draft of the broker's. It is sealed because of those who forget to say that a value is secret.
 */
export const putConfig = requestContract({
  subject: 'v1.resource-registry.config.put',
  callers,
  request: z.strictObject({
    name: configName,
    environment: environmentName.default('production'),
    value: z.union([configText, secretView, z.strictObject({ draftId: z.uuid() })]),
    secret: z.boolean().optional(),
  }),
  reply: configVariable,
  problems: [notFound, forbidden, invalidRequest, secretRequired, unavailable],
  sealed: true,
});
/** Deletes a variable from one environment, or from all when none is named. */
export const deleteConfig = requestContract({
  subject: 'v1.resource-registry.config.delete',
  callers,
  request: z.strictObject({ name: configName, environment: environmentName.optional() }),
  reply: z.strictObject({}),
  problems: [notFound, forbidden],
});
