import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { subjectOf } from '@pontage/contracts';
import { runQuerySubject } from '@pontage/contracts/query-proxy';
import { startStack, type Stack } from '@pontage/testkit';
import { SealedBatches } from './batches.js';
import type { Bus } from './bus.js';
import { decodeMessage, encodeMessage } from './frames/message.js';
import { openBatch, openFrame, sealFrame } from './frames/sealed.js';
import type { PresenceRecord } from './presence-record.js';
import { publishReplies, type Reply } from './replies.js';

let stack: Stack;
let gateway: Bus;
let proxy: Bus;
let subject = '';
/** The numbers of the messages of each box that came. */
const boxes: { from: string; numbers: number[]; replies: string[] }[] = [];

beforeAll(async () => {
  stack = await startStack();
  [gateway, proxy] = await Promise.all([stack.busOf('gateway'), stack.busOf('query-proxy')]);
  subject = subjectOf(runQuerySubject, { instance: proxy.identity.instance });
  proxy.connection.subscribe(subject, {
    callback: (_, message) => {
      void Promise.resolve(openBatch(proxy, message)).then(({ from, messages }) => {
        const decoded = messages.map((each) => decodeMessage<{ number: number }>(each));
        boxes.push({
          from,
          numbers: decoded.map(({ head }) => head.number),
          replies: decoded.map(({ reply }) => reply),
        });
      });
    },
  });
  await proxy.connection.flush();
});
afterAll(() => stack?.[Symbol.asyncDispose]());
beforeEach(() => void boxes.splice(0));

const peer = async (): Promise<PresenceRecord> => {
  const { instance } = proxy.identity;
  const found = await gateway.presence.until(() => gateway.presence.find('query-proxy', instance), 5_000);
  if (found === undefined) throw new Error('the query-proxy has not announced itself');
  return found;
};

/** Batches, and what is said of messages that got nowhere. */
function batchesOf(bus: Bus) {
  const [untaken, failed]: string[][] = [[], []];
  const events = {
    untaken: (id: string, instance: string) => void untaken?.push(`${id} ${instance}`),
    failed: (id: string) => void failed?.push(id),
  };
  return { batches: new SealedBatches(bus, events), untaken, failed };
}

const message = (number: number, bytes = 0) => encodeMessage({ number }, `_INBOX.${number}`, Buffer.alloc(bytes));
const eventually = async (isSo: () => boolean): Promise<void> => {
  for (const until = performance.now() + 5_000; !isSo() && performance.now() < until;)
    await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('sealed batches', () => {
  it('carry what is sent in one turn of the event loop in one box, promises included, and the next turn in the next', async () => {
    const { batches, untaken } = batchesOf(gateway);
    const to = await peer();
    batches.send(to, subject, 'a', message(1));
    void Promise.resolve().then(() => batches.send(to, subject, 'b', message(2)));
    await new Promise((resolve) => setImmediate(resolve));
    batches.send(to, subject, 'c', message(3));
    await eventually(() => boxes.length === 2);
    const from = `gateway/${gateway.identity.instance}`;
    expect(boxes).toEqual([
      { from, numbers: [1, 2], replies: ['_INBOX.1', '_INBOX.2'] },
      { from, numbers: [3], replies: ['_INBOX.3'] },
    ]);
    expect(untaken).toEqual([]);
  });

  it('are neither longer than the bus takes nor more than their reader does in one go', async () => {
    const { batches } = batchesOf(gateway);
    const to = await peer();
    for (const number of [1, 2, 3]) batches.send(to, subject, `${number}`, message(number, 300 * 1024));
    for (let number = 4; number < 104; number += 1) batches.send(to, subject, `${number}`, message(number));
    await eventually(() => boxes.flatMap(({ numbers }) => numbers).length === 103);
    expect(boxes.map(({ numbers }) => numbers.length).sort((a, b) => a - b)).toEqual([1, 1, 37, 64]);
    expect(boxes.flatMap(({ numbers }) => numbers).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 103 }, (_, index) => index + 1),
    );
  });

  it('tell of each message that nobody is there to take, and expect nothing any more of those that were taken', async () => {
    const { batches, untaken } = batchesOf(gateway);
    const to = await peer();
    batches.send(to, subject, 'taken', message(1));
    for (const id of ['a', 'b'])
      batches.send({ ...to, instance: 'gone' }, subjectOf(runQuerySubject, { instance: 'gone' }), id, message(2));
    await eventually(() => untaken?.length === 2 && gateway.replies.size === 0);
    expect(untaken).toEqual(['a gone', 'b gone']);
    expect(gateway.replies.size).toBe(0);
  });

  it('tell of each message that could not be sent', async () => {
    const closed = await stack.busOf('gateway');
    const { batches, failed } = batchesOf(closed);
    const to = await peer();
    await closed.connection.close();
    for (const id of ['a', 'b']) batches.send(to, subject, id, message(1));
    batches.flush();
    expect(failed).toEqual(['a', 'b']);
  });
});

describe('replies', () => {
  it('to several inboxes of one process come in one message, each to its own, and sealed ones open there', async () => {
    const got: string[] = [];
    const read = (name: string) => (reply: Reply) => {
      const data = openFrame(gateway.channels, reply.subject, reply.data);
      got.push(`${name} ${Buffer.from(data).toString()}`);
    };
    const [one, two, closed] = [read('one'), read('two'), read('closed')].map((take) => gateway.replies.expect(take));
    closed?.close();
    const key = await proxy.presence.until(() => proxy.presence.keyOf(`gateway/${gateway.identity.instance}`), 5_000);
    if (key === undefined || one === undefined || two === undefined || closed === undefined) throw new Error('no key');
    const to = ({ subject: inbox }: { subject: string }, text: string) => ({ subject: inbox, data: Buffer.from(text) });
    const sealed = sealFrame(proxy.channels, key, two.subject, Buffer.from('secret'));
    const before = proxy.connection.stats().outMsgs;
    publishReplies(proxy.connection, [
      to(one, 'first'),
      to(closed, 'late'),
      { subject: two.subject, data: sealed },
      to(one, 'second'),
    ]);
    expect(proxy.connection.stats().outMsgs - before).toBe(1);
    await eventually(() => got.length === 3);
    expect(got).toEqual(['one first', 'two secret', 'one second']);
    for (const inbox of [one, two]) inbox.close();
  });

  it('come alone when there is one of a process, or no room for another', async () => {
    const lengths: number[] = [];
    const inbox = gateway.replies.expect(({ data }) => void lengths.push(data.length));
    const before = proxy.connection.stats().outMsgs;
    const large = { subject: inbox.subject, data: Buffer.alloc(300 * 1024) };
    publishReplies(proxy.connection, [large, large]);
    expect(proxy.connection.stats().outMsgs - before).toBe(2);
    await eventually(() => lengths.length === 2);
    expect(lengths).toEqual([300 * 1024, 300 * 1024]);
    inbox.close();
  });

  it('are not told of a message that is no batch', async () => {
    const inbox = gateway.replies.expect(() => expect('a part of nonsense').toBe('told'));
    const prefix = inbox.subject.slice(0, inbox.subject.lastIndexOf('.'));
    proxy.connection.publish(`${prefix}.several`, Buffer.from('nonsense'));
    await proxy.connection.flush();
    await gateway.connection.flush();
    inbox.close();
  });
});
