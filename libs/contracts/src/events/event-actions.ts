import type { Service } from '../services.js';
import { occurrenceTypes } from './occurrence.js';

/**
 * Every action that an audit event may name, with the service that says so. `v1.events.<action>` is the subject;
 * the permissions of the bus come from here, so a service cannot speak of another's nouns.
 * `credential.exposed` is of every service that has secrets in its memory: one was masked in what the service was about to
 * say. The query path's own events (`query.intent`, `query.outcome`, `query.closed`) become `query.ran` in the record.
 */
export const eventActions = {
  gateway: ['request.denied', 'query.closed', 'audit.exported', 'credential.exposed'],
  'resource-registry': [
    'organisation.created',
    'organisation.updated',
    'token.created',
    'token.revoked',
    'group.created',
    'group.updated',
    'group.deleted',
    'member.created',
    'member.updated',
    'member.deleted',
    'member.signed-in',
    'member.sign-in-refused',
    'member.signed-out',
    'config.set',
    'config.deleted',
    'resource.created',
    'resource.updated',
    'resource.rolled-back',
    'resource.deleted',
    'app.created',
    'app.updated',
    'app.deleted',
    'region.updated',
    'worker.drained',
    'saved-query.saved',
    'saved-query.deleted',
  ],
  'auth-broker': [
    'credential.created',
    'credential.forgotten',
    'credential.damaged',
    'credential.exposed',
    'consent.begun',
    'consent.failed',
    'credential.rotated',
    'credential.retired',
    'grant.acquired',
    'grant.failed',
    'grant.verified',
    ...occurrenceTypes,
    'key.rotation-requested',
    'key.rotated',
    'webhook.created',
    'webhook.updated',
    'webhook.deleted',
    'webhook.disabled',
    'webhook-delivery.replayed',
  ],
  'query-proxy': ['query.intent', 'query.denied', 'credential.exposed'],
  'egress-worker': ['query.outcome', 'credential.exposed'],
  'embed-session': ['embed-url.minted', 'embed-url.redeemed', 'embed-url.refused', 'embed-session.revoked'],
  'audit-log': ['audit.verified'],
} as const satisfies Record<Service, readonly `${string}.${string}`[]>;

export type EventAction = (typeof eventActions)[Service][number];

/** The subject of an action. */
export const eventSubject = (action: string): string => `v1.events.${action}`;

/** The stream that holds every event until audit-log has copied it, and seven days longer. */
export const eventStream = { name: 'EVENTS', subjects: ['v1.events.>'], maxAgeMs: 7 * 24 * 3600 * 1000 } as const;
