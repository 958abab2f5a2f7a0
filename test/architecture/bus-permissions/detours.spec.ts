import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { eventStream, eventSubject } from '@pontage/contracts/events';
import { tokens } from '@pontage/contracts/snapshots';
import { SnapshotWriter } from '@pontage/snapshots';
import { startStack, type Stack } from '@pontage/testkit';

const forged = JSON.stringify({ forged: true });
const bucketStream = `KV_${tokens.name}`;

/** The server itself publishes where a client may not: its answers, and what consumers deliver. A gateway aims both. */
describe('the server’s own messages, aimed at foreign subjects', () => {
  let stack: Stack;
  let gateway: NatsConnection;
  let operator: JetStreamManager;

  beforeAll(async () => {
    stack = await startStack();
    operator = await jetstreamManager(await stack.operator());
    await operator.streams.add({ name: eventStream.name, subjects: [...eventStream.subjects] });
    await SnapshotWriter.open(await stack.busOf('resource-registry'), tokens);
    gateway = await connect({
      servers: stack.nats.url,
      user: 'gateway',
      pass: stack.natsPassword('gateway'),
      inboxPrefix: '_INBOX.gateway.test',
    });
  });
  afterAll(async () => {
    await gateway?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  /** Returns when the server has worked off everything that was asked of it before. */
  const settled = () => gateway.request('$JS.API.INFO');
  const deliver = (name: string, target: string, group?: string) =>
    gateway.request(
      `$JS.API.CONSUMER.CREATE.${bucketStream}.${name}`,
      JSON.stringify({
        stream_name: bucketStream,
        config: {
          name,
          deliver_subject: target,
          deliver_group: group,
          deliver_policy: 'all',
          ack_policy: 'none',
          filter_subject: `$KV.${tokens.name}.tick`,
          mem_storage: true,
        },
      }),
    );

  it('empty no stream', async () => {
    await operator.streams.purge(eventStream.name);
    await (await stack.operator()).request(eventSubject('token.created'), forged);
    gateway.publish('$JS.API.INFO', '', { reply: `$JS.API.STREAM.PURGE.${eventStream.name}` });
    await deliver('purge', `$JS.API.STREAM.PURGE.${eventStream.name}`);
    await settled();
    expect((await operator.streams.info(eventStream.name)).state.messages).toBe(1);
  });

  it('bring no words of the attacker’s into the record', async () => {
    await operator.streams.purge(eventStream.name);
    gateway.publish(`$KV.${tokens.name}.tick`, forged);
    await deliver('forge', eventSubject('token.revoked'));
    await settled();
    expect((await operator.streams.info(eventStream.name)).state.messages).toBe(0);
  });

  it('reach a service with a reply that it does not answer', async () => {
    const registry = await stack.busOf('resource-registry');
    const replies: (string | undefined)[] = [];
    gateway.publish(`$KV.${tokens.name}.tick`, forged);
    const heard = new Promise<void>((resolve) => {
      registry.connection.subscribe('v1.resource-registry.token.create', {
        queue: 'resource-registry',
        callback: (_, message) => (replies.push(message.reply), resolve()),
      });
    });
    await registry.connection.flush();
    await deliver('command', 'v1.resource-registry.token.create', 'resource-registry');
    await heard;
    expect(replies[0]).toMatch(/^\$JS\.ACK\./);
  });
});
