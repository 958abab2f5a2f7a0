// The bus as an AsyncAPI document, from libs/contracts: a change of any contract shows in the diff of a committed file.
import { z } from 'zod';

/** @param bus what `libs/contracts` exports: contracts, events, buckets */
export function busDocument({ contracts, eventActions, eventSubject, auditDraft, buckets }) {
  const calls = contracts.map((contract) => [contract.subject, callChannel(contract), callOperation(contract)]);
  const events = Object.entries(eventActions).flatMap(([service, actions]) =>
    actions.map((action) => [
      eventSubject(action),
      eventChannel(eventSubject(action)),
      eventOperation(service, eventSubject(action)),
    ]),
  );
  const snapshots = buckets.map((bucket) => [`$KV.${bucket.name}.>`, bucketChannel(bucket), bucketOperation(bucket)]);
  const all = [...calls, ...events, ...snapshots].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'The bus of Pontage',
      version: '1',
      description: 'Every call, event and snapshot on NATS. The query path itself is binary: libs/bus/src/frames.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(all.map(([subject, channel]) => [subject, channel])),
    operations: Object.fromEntries(all.map(([subject, , operation]) => [subject, operation])),
    components: { schemas: { AuditEvent: schemaOf(auditDraft) } },
  };
}

const schemaOf = (type) => {
  const schema = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  delete schema.$schema;
  return schema;
};
const pointer = (...path) => ({
  $ref: `#/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
});

const callChannel = ({ subject, request, reply }) => ({
  address: subject,
  ...parameters(subject),
  messages: { request: { payload: schemaOf(request) }, reply: { payload: schemaOf(reply) } },
});
const parameters = (subject) => {
  const names = [...subject.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, {}]);
  return names.length === 0 ? {} : { parameters: Object.fromEntries(names) };
};
const callOperation = ({ subject, service, callers, problems, deadlineMs, sealed }) => ({
  action: 'receive',
  channel: pointer('channels', subject),
  messages: [pointer('channels', subject, 'messages', 'request')],
  reply: { messages: [pointer('channels', subject, 'messages', 'reply')] },
  'x-service': service,
  'x-callers': callers,
  'x-problems': problems.map(({ slug }) => slug),
  'x-deadline-ms': deadlineMs,
  'x-sealed': sealed,
});

const eventChannel = (subject) => ({
  address: subject,
  messages: { event: { payload: pointer('components', 'schemas', 'AuditEvent') } },
});
const eventOperation = (service, subject) => ({
  action: 'send',
  channel: pointer('channels', subject),
  'x-service': service,
});

const bucketChannel = ({ name, value }) => ({
  address: `$KV.${name}.>`,
  messages: { value: { payload: schemaOf(value) } },
});
const bucketOperation = ({ name, owner, watchers }) => ({
  action: 'send',
  channel: pointer('channels', `$KV.${name}.>`),
  'x-service': owner,
  'x-watchers': watchers,
});
