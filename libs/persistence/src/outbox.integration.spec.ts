import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { organisations } from '@pontage/contracts/snapshots';
import { createLogger } from '@pontage/telemetry';
import { OutboxRelay, type EventSink, type UnitOfWork } from './index.js';
import { add, asking, Note, NoteBook, schema } from './note.fixture.js';

const logger = createLogger('persistence-spec', 'silent');
const actor = { type: 'service', id: 'spec', display: 'spec' } as const;
const mine = randomUUID();
const theirs = randomUUID();

let book: NoteBook;
beforeAll(async () => {
  book = await NoteBook.open();
});
afterAll(() => book.close());

const outboxRows = (): Promise<number> =>
  asking(book.superuserUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${schema}.outbox`);
    return Number(rows[0]?.count);
  });

describe('the outbox', () => {
  const say = (unitOfWork: UnitOfWork, org: string, number: number) =>
    unitOfWork.run(org, async (work) =>
      work.audit({ org, action: 'organisation.updated', outcome: 'success', actor, data: number }),
    );

  it('tells events and snapshots before the caller is answered, and keeps nothing', async () => {
    book.told.length = 0;
    const unitOfWork = await book.unitOfWork();
    await unitOfWork.run(mine, async (work) => {
      work.audit({ org: mine, action: 'organisation.updated', outcome: 'success', actor, data: 1 });
      work.snapshot(organisations, mine, { version: 7, value: null });
    });
    expect(book.told).toEqual(['event 1', `organisations ${mine} 7`]);
    expect(await outboxRows()).toBe(0);
  });

  it('tells nothing of what was rolled back', async () => {
    book.told.length = 0;
    const unitOfWork = await book.unitOfWork();
    const failing = unitOfWork.run(mine, async (work) => {
      work.audit({ org: mine, action: 'organisation.updated', outcome: 'success', actor });
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(book.told).toEqual([]);
    expect(await outboxRows()).toBe(0);
  });

  it('refuses events of another organisation and events that are none', async () => {
    const unitOfWork = await book.unitOfWork();
    await expect(
      unitOfWork.run(mine, (work) =>
        Promise.resolve(work.audit({ org: theirs, action: 'a.b', outcome: 'success', actor })),
      ),
    ).rejects.toThrow(/organisation/);
    await expect(
      unitOfWork.run(mine, (work) =>
        Promise.resolve(work.audit({ org: mine, action: 'nonsense', outcome: 'success', actor })),
      ),
    ).rejects.toThrow();
  });

  it('keeps the order of the commits, with two processes writing at once', async () => {
    book.told.length = 0;
    const [one, two] = [await book.unitOfWork(), await book.unitOfWork()];
    await add(one, mine, 'count 0');
    const count = (unitOfWork: UnitOfWork) =>
      unitOfWork.run(mine, async (work) => {
        const [rows] = await work.manager.query<[{ text: string }[]]>(
          `UPDATE note SET text = 'count ' || (split_part(text, ' ', 2)::int + 1) WHERE text LIKE 'count %' RETURNING text`,
        );
        work.audit({
          org: mine,
          action: 'organisation.updated',
          outcome: 'success',
          actor,
          data: rows[0]?.text ?? null,
        });
      });
    await Promise.all(Array.from({ length: 40 }, (_, index) => count(index % 2 === 0 ? one : two)));
    expect(book.told).toEqual(Array.from({ length: 40 }, (_, index) => `event "count ${index + 1}"`));
    await one.run(mine, ({ manager }) => manager.delete(Note, { text: 'count 40' }));
  });

  it('answers `unavailable` when the bus does not acknowledge; the relay of another process tells it later, in order', async () => {
    book.told.length = 0;
    const cut = await book.unitOfWork({ events: { publishEvent: () => new Promise(() => undefined) } });
    const said = await Promise.allSettled([say(cut, mine, 1), say(cut, theirs, 9)]);
    expect(said.map((result) => result.status === 'rejected' && (result.reason as { slug: string }).slug)).toEqual([
      'unavailable',
      'unavailable',
    ]);
    await expect(say(cut, mine, 2)).rejects.toMatchObject({ slug: 'unavailable' });
    expect(await outboxRows()).toBe(3);

    const relay = new OutboxRelay(await book.unitOfWork(), logger);
    await relay.start();
    expect(book.told.filter((event) => event !== 'event 9')).toEqual(['event 1', 'event 2']);
    expect(book.told).toContain('event 9');
    expect(await outboxRows()).toBe(0);
    await relay.stop();
  });

  it('does not tell again what was acknowledged before a failure', async () => {
    book.told.length = 0;
    let refuse = true;
    const events: EventSink = {
      publishEvent: async ({ data }) => {
        if (data === 2 && refuse) throw new Error('refused');
        book.told.push(`event ${JSON.stringify(data)}`);
      },
    };
    const unitOfWork = await book.unitOfWork({ events });
    const both = unitOfWork.run(mine, async (work) => {
      for (const data of [1, 2, 3])
        work.audit({ org: mine, action: 'organisation.updated', outcome: 'success', actor, data });
    });
    await expect(both).rejects.toMatchObject({ slug: 'unavailable' });
    refuse = false;
    await say(unitOfWork, mine, 4);
    expect(book.told).toEqual(['event 1', 'event 2', 'event 3', 'event 4']);
  });

  it('goes on telling every second without being asked', async () => {
    book.told.length = 0;
    const relay = new OutboxRelay(await book.unitOfWork(), logger);
    await relay.start();
    const cut = await book.unitOfWork({ events: { publishEvent: () => Promise.reject(new Error('cut')) } });
    await expect(say(cut, mine, 5)).rejects.toMatchObject({ slug: 'unavailable' });
    const deadline = Date.now() + 5_000;
    while (book.told.length === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(book.told).toEqual(['event 5']);
    await relay.stop();
  });
});
