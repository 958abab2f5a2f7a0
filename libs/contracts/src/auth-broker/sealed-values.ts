import { invalidRequest, leaseUnavailable, notFound, secretRequired, unavailable } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { namedVariable } from './named-variable.js';

/**
 * Where a sealed value stands in a resource: the setting, and the name of the pair in it (header names in lower case;
 * empty for a key). A secret that is kept stays in its place, so that nobody can move it to where it would be shown.
 */
export const secretPlace = z.strictObject({
  setting: z.enum(['urlParams', 'headers', 'body', 'cookies', 'clientKey']),
  name: z.string().max(200),
});
export type SecretPlace = z.output<typeof secretPlace>;

/** The name of a sealed value within its resource. */
export const sealedName = ({ setting, name }: SecretPlace, fingerprint: string): string =>
  JSON.stringify([setting, name, fingerprint]);

const secretCount = 500;

/**
 * Keeps the new secrets among the settings of a resource that is about to be saved, by the names `s0`, `s1`, … Faults are
 * reported at the pointer that each secret came with. A draft that no resource claims is swept after ten minutes.
 */
export const draftSecrets = requestContract({
  subject: 'v1.auth-broker.sealed-value.draft',
  callers: ['gateway'],
  request: z.strictObject({
    secrets: z
      .array(
        z.strictObject({
          place: secretPlace,
          pointer: z.string().max(300),
          value: z.string().max(64 * 1024),
          /** The certificate that a private key has to fit. */
          certificate: z.string().nullable().default(null),
        }),
      )
      .max(secretCount),
  }),
  reply: z.strictObject({ draftId: z.uuid() }),
  problems: [invalidRequest, unavailable],
  sealed: true,
});

/**
 * Turns a draft into the sealed values of a resource, together with those that are kept from `basedOn`. Like credentials
 * they never change: another value is another record. `brought` are the configuration variables that the new ones name
 * and those of `basedOn` do not, or not for this destination.
 */
export const claimSecrets = requestContract({
  subject: 'v1.auth-broker.sealed-value.claim',
  callers: ['resource-registry'],
  request: z.strictObject({
    draftId: z.uuid(),
    resourceId: z.uuid(),
    basedOn: z.uuid().nullable(),
    destinationChanged: z.boolean().default(false),
    keep: z
      .array(z.strictObject({ place: secretPlace, pointer: z.string().max(300), fingerprint: z.string().max(100) }))
      .max(secretCount),
    /** True: only says what the values would look like. Nothing is stored, and the draft stays. */
    isTrial: z.boolean().default(false),
  }),
  /** The id is null for a trial. */
  reply: z.strictObject({
    secretsId: z.uuid().nullable(),
    fingerprints: z.record(z.string(), z.string()),
    brought: z.array(namedVariable).optional(),
  }),
  problems: [notFound, secretRequired, invalidRequest],
  deadlineMs: 3_000,
});

/** The sealed values of a resource in clear, by {@link sealedName}. Its reply is sealed. */
export const leaseSecrets = requestContract({
  subject: 'v1.auth-broker.sealed-value.lease',
  callers: ['query-proxy'],
  request: z.strictObject({ secretsId: z.uuid(), resourceId: z.uuid() }),
  reply: z.strictObject({ values: z.record(z.string(), z.string()), validForMs: z.number().positive() }),
  problems: [notFound, leaseUnavailable, unavailable],
  sealed: true,
});
