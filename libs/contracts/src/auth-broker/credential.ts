import {
  consentRequired,
  credentialRejected,
  destinationDenied,
  invalidRequest,
  leaseUnavailable,
  notFound,
  regionUnavailable,
  rotationSettling,
  secretRequired,
  tokenEndpointFailed,
  unavailable,
  unknownVariable,
} from '@pontage/problems';
import { z } from 'zod';
import { caller } from '../caller.js';
import { requestContract } from '../contract.js';
import { authenticationView } from '../resource-registry/resource.js';
import { regionId } from '../resource-registry/settings/region-policy.js';
import { namedVariable } from './named-variable.js';

/**
 * Keeps the `authentication` of a resource that is about to be saved. Fields at fault are reported below
 * `/authentication`. A draft that no resource claims is swept after ten minutes.
 */
export const draftCredential = requestContract({
  subject: 'v1.auth-broker.credential.draft',
  callers: ['gateway'],
  request: z.strictObject({ authentication: z.record(z.string(), z.json()) }),
  reply: z.strictObject({ draftId: z.uuid() }),
  problems: [invalidRequest, unavailable],
  sealed: true,
});

/**
 * Turns a draft into a credential of a resource. Credentials never change: another secret is another credential.
 * Fields that the draft keeps come from `basedOn`; with `destinationChanged` (or a changed token URL) keeping is refused.
 * `brought` are the configuration variables that it names and `basedOn` does not, or not for this destination.
 */
export const claimCredential = requestContract({
  subject: 'v1.auth-broker.credential.claim',
  callers: ['resource-registry'],
  request: z.strictObject({
    draftId: z.uuid(),
    resourceId: z.uuid(),
    basedOn: z.uuid().nullable(),
    destinationChanged: z.boolean(),
    /** True: only says what the credential would look like. Nothing is stored, and the draft stays. */
    isTrial: z.boolean().default(false),
    /** Where the resource's requests go, as it is configured; settings that name another place are refused. Null: not told. */
    baseUrl: z.string().nullable().default(null),
    /** True: it takes the place of `basedOn`, which stands in for it until it has proven itself. */
    rotates: z.boolean().default(false),
  }),
  /** The id is null for a trial. */
  reply: z.strictObject({
    credentialId: z.uuid().nullable(),
    authentication: authenticationView,
    /** Since when its secrets are what they are. */
    rotatedAt: z.iso.datetime().optional(),
    brought: z.array(namedVariable).optional(),
  }),
  problems: [notFound, secretRequired, invalidRequest, rotationSettling],
  deadlineMs: 3_000,
});

/** Forgets every credential and grant of deleted resources: of all of them or, when it fails, of none. */
export const forgetCredentials = requestContract({
  subject: 'v1.auth-broker.credential.forget',
  callers: ['resource-registry'],
  request: z.strictObject({ resourceIds: z.array(z.uuid()) }),
  reply: z.strictObject({}),
  problems: [],
  deadlineMs: 3_000,
});

/** What `apply` needs of a credential, until a time. Its reply is sealed: `secrets` are the secret fields in clear. */
export const leaseCredential = requestContract({
  subject: 'v1.auth-broker.lease.get',
  callers: ['query-proxy'],
  request: z.strictObject({
    credentialId: z.uuid(),
    resourceId: z.uuid(),
    /** Where token endpoints are called from. */
    region: regionId,
    environment: z.string(),
    /** Who asks: where grants are per caller, the one that is lent is theirs. */
    caller,
    /**
     * The grant that the upstream has just refused: a newer one is wanted. The same version comes back when a newer
     * one would help no more, because grants of this credential are refused again and again.
     */
    refusedGrantVersion: z.int().optional(),
    /** False: a grant that is not there is not acquired for this lease, which then says `lacksGrant`. */
    acquire: z.boolean().default(true),
  }),
  reply: z.strictObject({
    method: z.string(),
    settings: z.record(z.string(), z.json()),
    secrets: z.record(z.string(), z.json()),
    /** Whom it may serve: every caller of the organisation, or only the one who asked. */
    serves: z.enum(['everyone', 'caller']),
    grant: z.strictObject({ version: z.int(), value: z.json(), expiresInMs: z.number().nullable() }).nullable(),
    /** The credential works by a grant, and there is none at the moment: nothing can be applied. */
    lacksGrant: z.literal(true).optional(),
    /** The credential that stands in for this one, which has not proven itself: a lease may be here before the snapshot that says so. */
    replaces: z.uuid().optional(),
    /** The configuration variables that went into a grant, as the broker knew them: with newer ones it is another grant. */
    variables: z.array(z.strictObject({ name: z.string(), version: z.int() })).optional(),
    /** How long the lease may be used, in milliseconds from now. */
    validForMs: z.number().positive(),
  }),
  problems: [
    notFound,
    leaseUnavailable,
    consentRequired,
    credentialRejected,
    tokenEndpointFailed,
    destinationDenied,
    regionUnavailable,
    unknownVariable,
    invalidRequest,
    unavailable,
  ],
  deadlineMs: 30_000,
  sealed: true,
});
export type Lease = z.output<typeof leaseCredential.reply>;

/** The auth methods that there are, each with the JSON Schema of its settings and secrets. */
export const listAuthMethods = requestContract({
  subject: 'v1.auth-broker.auth-method.list',
  callers: ['gateway'],
  request: z.strictObject({}),
  reply: z.strictObject({
    data: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        settings: z.json(),
        secrets: z.json(),
        guide: z.string(),
        /** Still works, and should not be chosen any more. */
        deprecated: z.boolean(),
      }),
    ),
  }),
  problems: [],
  deadlineMs: 2_000,
});
