import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '@pontage/problems';
import { openDatabase, violates } from './index.js';
import { add, asking, Note, NoteBook, schema, texts } from './note.fixture.js';

const mine = randomUUID();
const theirs = randomUUID();

let book: NoteBook;
beforeAll(async () => {
  book = await NoteBook.open();
});
afterAll(() => book.close());

/** Stands between us and the server; frozen, it swallows what comes, as a host does that lost its power. */
async function freezableServer(target: string) {
  let frozen = false;
  const { hostname, port } = new URL(target);
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.on('data', (bytes) => frozen || upstream.write(bytes));
    upstream.on('data', (bytes) => frozen || client.write(bytes));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, freeze: () => (frozen = true), thaw: () => (frozen = false), close: () => server.close() };
}

describe('a database in trouble', () => {
  beforeAll(async () => add(await book.unitOfWork(), theirs, 'theirs'));

  it('is not waited for: a server that stands still is given up, and so is the connection', async () => {
    const server = await freezableServer(book.url);
    const unitOfWork = await book.unitOfWork({ url: server.url });
    const started = Date.now();
    const hanging = unitOfWork.run(mine, async ({ manager }) => {
      server.freeze();
      await manager.count(Note);
    });
    await expect(hanging).rejects.toMatchObject({ slug: 'unavailable' });
    expect(Date.now() - started).toBeLessThan(6_000);
    server.thaw();
    expect(await texts(unitOfWork, theirs)).toEqual(['theirs']);
    server.close();
  });

  it('survives that the server ends its connections', async () => {
    const unitOfWork = await book.unitOfWork();
    const cut = unitOfWork.run(mine, async ({ manager }) => {
      await asking(book.superuserUrl, (client) =>
        client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${schema}'`),
      );
      await manager.count(Note);
    });
    await expect(cut).rejects.toMatchObject({ slug: 'unavailable' });
    expect(await texts(unitOfWork, theirs)).toEqual(['theirs']);
  });

  it('answers `unavailable` while it is down, and works again when it is back', async () => {
    const unitOfWork = await book.unitOfWork();
    await book.stack.killPostgres();
    // A connection may be served for a moment by a process that has not noticed yet that the server is gone.
    const outcome = () =>
      unitOfWork.run(mine, ({ manager }) => manager.count(Note)).catch((error: unknown) => error as Problem);
    let last = await outcome();
    while (typeof last === 'number') last = await outcome();
    expect(last).toMatchObject({ slug: 'unavailable' });
    await book.stack.restartPostgres();
    expect(await texts(unitOfWork, theirs)).toEqual(['theirs']);
  });

  it('does not end the process when the server lets it in and goes down in the same breath', async () => {
    const text = (fields: Record<string, string>): string =>
      Object.entries(fields).reduce((all, [field, value]) => `${all}${field}${value}\0`, '') + '\0';
    const messageOf = (type: string, body: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(4 + body.length);
      return Buffer.concat([Buffer.from(type), length, body]);
    };
    const fatal = { S: 'FATAL', C: '57P01', M: 'terminating connection due to unexpected postmaster exit' };
    const breath = [
      messageOf('R', Buffer.alloc(4)),
      messageOf('Z', Buffer.from('I')),
      messageOf('E', Buffer.from(text(fatal))),
    ];
    const server = createServer((client) => client.once('data', () => client.end(Buffer.concat(breath))));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `postgres://notes:secret@127.0.0.1:${port}/notes`;
    await expect(openDatabase({ url, schema, entities: [Note], applicationName: 'notes' })).rejects.toThrow();
    server.close();
  });

  it('refuses a text that no column takes', async () => {
    await expect(add(await book.unitOfWork(), mine, 'a\u0000b')).rejects.toMatchObject({ slug: 'invalid-request' });
  });

  it('keeps what a tenant wrote out of its errors', async () => {
    const unitOfWork = await book.unitOfWork();
    const failed = await add(unitOfWork, theirs, 'theirs').catch((error: unknown) => error);
    expect(violates(failed, 'note_text')).toBe(true);
    expect(violates(failed, 'note_pkey')).toBe(false);
    const shown = JSON.stringify(failed, Object.getOwnPropertyNames(failed));
    expect(shown).toContain('note_text');
    expect(shown).not.toContain('theirs');
  });
});
