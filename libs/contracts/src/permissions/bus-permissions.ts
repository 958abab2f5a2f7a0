import { contracts } from '../contracts.js';
import { subjectOf } from '../contract.js';
import { cancelSubject, flowSubject, recordedSubject, sendSubject } from '../egress-worker/dispatch.js';
import { eventActions, eventStream, eventSubject } from '../events/event-actions.js';
import { runQuerySubject } from '../query-proxy/run-query.js';
import { services, type Service } from '../services.js';
import { tickKey } from '../snapshots/bucket.js';
import { buckets } from '../snapshots/buckets.js';
import { stores } from '../snapshots/stores.js';

/** What one NATS user may do. A subscription of the form `subject queue` is allowed with that queue group only. */
export interface BusUser {
  readonly name: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The NATS user of a process: its service's name, or `egress-<region>` for a worker. */
export const busUser = (service: Service, region?: string): string =>
  service === 'egress-worker' ? `egress-${region}` : service;

/** The prefix of the inboxes that a user may read: nobody else's. */
export const inboxPrefix = (user: string): string => `_INBOX.${user}`;

const inboxOf = (service: Service): string =>
  service === 'egress-worker' ? '_INBOX.*.>' : `${inboxPrefix(service)}.>`;

/** The subject on which a process says that it is there. */
export const presenceSubject = (service: Service, region: string | undefined, instance: string): string =>
  `v1.presence.${service}.${region ?? '-'}.${instance}`;
export const presenceOfAll = 'v1.presence.>';

/** The subject that a process listens on, and nobody else: while the server knows of a listener there, it is not gone. */
export const aliveSubject = (service: Service, region: string | undefined, instance: string): string =>
  `v1.alive.${service}.${region ?? '-'}.${instance}`;
const aliveOfAny = 'v1.alive.*.*.*';

/**
 * The whole table of who may publish and subscribe to what, for these regions. There is no `allow_responses`: it lets
 * a caller name any subject as the reply, and the answering service then publishes there against its own deny.
 */
export function busUsers(regions: readonly string[]): BusUser[] {
  return services.flatMap((service) => {
    const region = service === 'egress-worker' ? regions : [undefined];
    return region.map((id) => ({
      name: busUser(service, id),
      publish: unique([
        presenceSubject(service, id, '*'),
        aliveOfAny,
        ...publishedRequests(service),
        ...publishedReplies(service),
        ...publishedFrames(service),
        ...eventActions[service].map(eventSubject),
        ...jetStreamRequests(service),
      ]),
      subscribe: unique([
        `${inboxPrefix(busUser(service, id))}.>`,
        presenceOfAll,
        aliveSubject(service, id, '*'),
        ...servedRequests(service),
        ...takenFrames(service, id),
      ]),
    }));
  });
}

const unique = (subjects: readonly string[]): string[] => [...new Set(subjects)].sort();

const publishedRequests = (service: Service): string[] =>
  contracts.filter(({ callers }) => callers.includes(service)).map(({ subject }) => subjectOf(subject));

const publishedReplies = (service: Service): string[] =>
  contracts.filter((contract) => contract.service === service).flatMap(({ callers }) => callers.map(inboxOf));

const servedRequests = (service: Service): string[] =>
  contracts
    .filter((contract) => contract.service === service)
    .map(({ subject, sealed }) => (sealed ? subjectOf(subject) : `${subjectOf(subject)} ${service}`));

/** The query path: raw messages outside the contracts, three of them (DESIGN: three messages). */
function publishedFrames(service: Service): string[] {
  switch (service) {
    case 'gateway':
      return [subjectOf(runQuerySubject), subjectOf(flowSubject), subjectOf(cancelSubject)];
    case 'query-proxy':
      return [subjectOf(sendSubject), subjectOf(flowSubject), subjectOf(cancelSubject), inboxOf('gateway')];
    case 'auth-broker':
      return [subjectOf(sendSubject), subjectOf(flowSubject), subjectOf(cancelSubject)];
    case 'egress-worker':
      return [inboxOf('gateway'), inboxOf('query-proxy'), inboxOf('auth-broker')];
    default:
      return [];
  }
}

function takenFrames(service: Service, region: string | undefined): string[] {
  if (service === 'query-proxy') return [subjectOf(runQuerySubject)];
  if (service !== 'egress-worker') return [];
  return [
    sendSubject.replace('{region}', region ?? '*').replace('{worker}', '*'),
    flowSubject.replace('{region}', region ?? '*').replace('{worker}', '*'),
    cancelSubject.replace('{region}', region ?? '*'),
    recordedSubject
      .replace('{region}', region ?? '*')
      .replace('{worker}', '*')
      .replace('{batch}', '*'),
  ];
}

/** Of JetStream's API just what a service's own streams and watches need. */
function jetStreamRequests(service: Service): string[] {
  const owned = buckets
    .filter(({ owner }) => owner === service)
    .flatMap(({ name }) => [
      `$JS.API.STREAM.CREATE.KV_${name}`,
      `$JS.API.STREAM.INFO.KV_${name}`,
      `$KV.${name}.>`,
      ...watchOf(`KV_${name}`),
    ]);
  const watched = buckets
    .filter(({ watchers }) => watchers.includes(service))
    .flatMap(({ name }) => [`$JS.API.STREAM.INFO.KV_${name}`, `$KV.${name}.${tickKey}`, ...watchOf(`KV_${name}`)]);
  const kept = stores
    .filter(({ owner }) => owner === service)
    .flatMap(({ name }) => [
      `$JS.API.STREAM.CREATE.KV_${name}`,
      `$JS.API.STREAM.INFO.KV_${name}`,
      `$JS.API.STREAM.MSG.GET.KV_${name}`,
      `$KV.${name}.>`,
    ]);
  const stream = eventStream.name;
  const record =
    service === 'audit-log'
      ? [
          `$JS.API.STREAM.CREATE.${stream}`,
          `$JS.API.STREAM.UPDATE.${stream}`,
          `$JS.API.STREAM.INFO.${stream}`,
          `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.>`,
          `$JS.API.CONSUMER.CREATE.${stream}.>`,
          `$JS.API.CONSUMER.INFO.${stream}.>`,
          `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
          `$JS.ACK.${stream}.>`,
        ]
      : [];
  return ['$JS.API.INFO', ...owned, ...watched, ...kept, ...record];
}

const watchOf = (stream: string): string[] => [
  ...['CREATE', 'DELETE', 'INFO'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.>`),
  `$JS.FC.${stream}.>`,
];
