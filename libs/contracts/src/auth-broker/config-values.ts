import { invalidRequest, leaseUnavailable, notFound, secretRequired, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { configName, configText } from '../resource-registry/config.js';
import { environmentName } from '../resource-registry/environment-name.js';

/** Which variable a secret value is of: it is good for nothing else. */
const ofVariable = { environment: environmentName, name: configName };

/** Keeps the secret value of a variable that is about to be set. A draft that nobody claims is swept after ten minutes. */
export const draftConfigValue = requestContract({
  subject: 'v1.auth-broker.config-value.draft',
  callers: ['gateway'],
  request: z.strictObject({ value: configText.min(1, 'A secret is not empty.') }),
  reply: z.strictObject({ draftId: z.uuid() }),
  problems: [invalidRequest, unavailable],
  sealed: true,
});

/**
 * Turns a draft into the value of a variable. Values never change: another one has another id, and one that equals
 * `basedOn` is `basedOn` itself.
 */
export const claimConfigValue = requestContract({
  subject: 'v1.auth-broker.config-value.claim',
  callers: ['resource-registry'],
  request: z.strictObject({
    draftId: z.uuid(),
    ...ofVariable,
    /** The variable's version that the value is meant for: when the bucket is that far and names another one, it is swept. */
    version: z.int().positive(),
    /** The value that the variable has; null: none that is secret. */
    basedOn: z.uuid().nullable(),
  }),
  reply: z.strictObject({ valueId: z.uuid(), fingerprint: z.string() }),
  problems: [notFound, secretRequired],
  deadlineMs: 3_000,
});

/** The secret value of a variable in clear. Its reply is sealed. */
export const leaseConfigValue = requestContract({
  subject: 'v1.auth-broker.config-value.lease',
  callers: ['query-proxy'],
  request: z.strictObject({ valueId: z.uuid(), ...ofVariable }),
  reply: z.strictObject({ value: z.string(), validForMs: z.number().positive() }),
  problems: [notFound, leaseUnavailable, unavailable],
  sealed: true,
});
