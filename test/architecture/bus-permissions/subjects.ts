import { randomUUID } from 'node:crypto';
import { contracts, services, subjectOf } from '@pontage/contracts';
import { cancelSubject, flowSubject, sendSubject } from '@pontage/contracts/egress-worker';
import { eventActions, eventStream, eventSubject } from '@pontage/contracts/events';
import { aliveSubject, presenceSubject } from '@pontage/contracts/permissions';
import { runQuerySubject } from '@pontage/contracts/query-proxy';
import { buckets, stores } from '@pontage/contracts/snapshots';

const instance = 'A'.repeat(22);

/** The second token of a subject of ours, and how many there may be of it. */
const streams = [...buckets, ...stores].map(({ name }) => `KV_${name}`).concat(eventStream.name);
const jetStreamVerbs = [
  'STREAM.CREATE',
  'STREAM.UPDATE',
  'STREAM.INFO',
  'STREAM.DELETE',
  'STREAM.PURGE',
  'STREAM.MSG.GET',
  'STREAM.MSG.DELETE',
  'STREAM.SNAPSHOT',
  'STREAM.RESTORE',
  'STREAM.LEADER.STEPDOWN',
  'CONSUMER.LIST',
  'CONSUMER.NAMES',
  'DIRECT.GET',
];
const consumerVerbs = ['CREATE', 'DURABLE.CREATE', 'DELETE', 'INFO', 'MSG.NEXT', 'PAUSE'];

/** Every subject that means something on the bus, with one concrete word for each token that is open. */
export function catalogue(regions: readonly string[], users: readonly string[]): string[] {
  const inAll = (template: string): string[] =>
    regions.map((region) => subjectOf(template, { region, worker: instance }));
  return [
    ...contracts.map(({ subject }) => subjectOf(subject, { instance })),
    subjectOf(runQuerySubject, { instance }),
    ...[sendSubject, flowSubject, cancelSubject].flatMap(inAll),
    ...services.flatMap((service) =>
      (service === 'egress-worker' ? regions : [undefined]).flatMap((region) => [
        presenceSubject(service, region, instance),
        aliveSubject(service, region, instance),
      ]),
    ),
    ...Object.values(eventActions).flat().map(eventSubject),
    ...users.map((user) => `_INBOX.${user}.${instance}.r.${randomUUID()}`),
    ...buckets.flatMap(({ name }) => [`$KV.${name}.tick`, `$KV.${name}.some-key`]),
    ...stores.map(({ name }) => `$KV.${name}.some-key`),
    '$JS.API.INFO',
    '$JS.API.STREAM.LIST',
    '$JS.API.STREAM.NAMES',
    '$JS.API.SERVER.REMOVE',
    '$JS.API.META.LEADER.STEPDOWN',
    '$JS.API.ACCOUNT.PURGE.$G',
    ...streams.flatMap((stream) => [
      ...jetStreamVerbs.map((verb) => `$JS.API.${verb}.${stream}`),
      ...consumerVerbs.map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.watcher`),
      `$JS.ACK.${stream}.watcher.1.1.1.1.0`,
      `$JS.FC.${stream}.watcher.flow`,
    ]),
    '$SYS.REQ.SERVER.PING',
    '$SYS.REQ.ACCOUNT.$G.CONNZ',
    '$SRV.PING',
    'v1.nobody.knows.this',
    'v2.resource-registry.resource.create',
    'anything',
  ];
}

/** What somebody would subscribe to who wants to hear more than his own. */
export const greedy = [
  '>',
  '*',
  '*.>',
  '*.*.>',
  '*.*.*.*',
  'v1.>',
  'v1.*.>',
  'v1.*.*.*',
  'v1.*.*.create',
  '*.resource-registry.>',
  'v1.resource-registry.>',
  'v1.auth-broker.>',
  'v1.auth-broker.lease.get.*',
  'v1.egress-worker.>',
  'v1.egress-worker.*.>',
  'v1.egress-worker.*.*.send',
  'v1.query-proxy.>',
  'v1.query-proxy.query.*.*',
  'v1.events.>',
  'v1.events.*.*',
  '*.presence.>',
  'v1.presence.>',
  'v1.presence.*.*.*',
  '_INBOX.>',
  '_INBOX.*',
  '_INBOX.*.>',
  '_INBOX.*.*.r.*',
  '$KV.>',
  '$KV.*.>',
  '$JS.>',
  '$JS.API.>',
  '$JS.ACK.>',
  '$JS.FC.>',
  '$SYS.>',
  '$SYS.ACCOUNT.>',
  '$>',
];
