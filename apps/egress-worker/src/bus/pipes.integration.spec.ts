import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { messageHead, pipePath, type Bus, type BulkConnection } from '@pontage/bus';
import { startStack, type Stack } from '@pontage/testkit';
import { Pipes } from './pipes.js';

describe('a pipe', () => {
  let stack: Stack;
  let gateway: Bus;
  let bulk: BulkConnection;
  let directory: string;
  let pipes: Pipes;
  const name = () => `gateway/${gateway.identity.instance}`;

  beforeAll(async () => {
    stack = await startStack();
    gateway = await stack.busOf('gateway');
  });
  afterAll(() => stack.stop());
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'pontage-pipe-')), 'bulk');
    bulk = await gateway.openBulk(directory);
    pipes = new Pipes(directory);
  });
  afterEach(async () => {
    await pipes.close();
    await bulk.drain();
    await rm(join(directory, '..'), { recursive: true });
  });

  /** Sends until a way is open. */
  const untilSent = async (subject: string, data: Uint8Array): Promise<void> => {
    while (!pipes.send(name(), { subject, data })) await sleep(5);
  };

  it('brings what is sent to its inbox, whole and in order, however it is cut', async () => {
    const sent = Array.from({ length: 300 }, (_, index) => randomBytes(index % 7 === 0 ? 131_078 : 1 + index * 11));
    const came: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      const inbox = bulk.replies.expect(({ data, subject }) => {
        expect(subject).toBe(inbox.subject);
        came.push(Buffer.from(data));
        if (came.length === sent.length) resolve();
      });
      void (async () => {
        for (const data of sent) await untilSent(inbox.subject, data);
      })();
    });
    await all;
    expect(Buffer.concat(came).equals(Buffer.concat(sent))).toBe(true);
  });

  it('leaves to the bus what it cannot carry: before it is open, to somebody else, after the end', async () => {
    const data = Buffer.from('x');
    expect(pipes.send(name(), { subject: 'a.b', data })).toBe(false);
    await untilSent('a.b', data);
    expect(new Pipes(undefined).send(name(), { subject: 'a.b', data })).toBe(false);
    for (const other of ['gateway/elsewhere', 'auth-broker/x', 'gateway/../../evil']) {
      expect(pipes.send(other, { subject: 'a.b', data })).toBe(false);
      await sleep(20);
      expect(pipes.send(other, { subject: 'a.b', data })).toBe(false);
    }
    await bulk.drain();
    while (pipes.send(name(), { subject: 'a.b', data })) await sleep(5);
    expect(pipes.send(name(), { subject: 'a.b', data })).toBe(false);
  });

  it('is for nobody but this user, and forgets what nobody expects', async () => {
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(pipePath(directory, gateway.identity.instance))).mode & 0o777).toBe(0o600);
    await untilSent(`${bulk.replies.prefix}.nobody`, Buffer.from('x'));
    const next = new Promise((resolve) => {
      const inbox = bulk.replies.expect(({ data }) => resolve(Buffer.from(data).toString()));
      void untilSent(inbox.subject, Buffer.from('for somebody'));
    });
    expect(await next).toBe('for somebody');
  });

  it.each([
    ['a length beyond every frame', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['no length at all', Buffer.from([0, 0, 0, 0])],
    ['an id that is longer than its message', Buffer.from([0, 0, 0, 2, 200, 1])],
  ])('is ended by %s, and others go on', async (_, junk) => {
    const inbox = bulk.replies.expect(() => undefined);
    await untilSent(inbox.subject, Buffer.from('x'));
    const socket = createConnection(pipePath(directory, gateway.identity.instance));
    socket.write(junk);
    await once(socket, 'close');
    const next = new Promise((resolve) => {
      const another = bulk.replies.expect(({ data }) => resolve(Buffer.from(data).toString()));
      void untilSent(another.subject, Buffer.from('still there'));
    });
    expect(await next).toBe('still there');
  });

  it('waits for the rest of a message that comes in single bytes', async () => {
    const socket = createConnection(pipePath(directory, gateway.identity.instance));
    const came = new Promise<string>((resolve) => {
      const inbox = bulk.replies.expect(({ data }) => resolve(Buffer.from(data).toString()));
      const id = inbox.subject.slice(inbox.subject.lastIndexOf('.') + 1);
      const bytes = Buffer.concat([messageHead(id, 5), Buffer.from('hello')]);
      void (async () => {
        for (const byte of bytes) {
          socket.write(Buffer.from([byte]));
          await sleep(1);
        }
      })();
    });
    expect(await came).toBe('hello');
    socket.destroy();
  });
});
