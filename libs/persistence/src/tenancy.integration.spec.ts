import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrate, openDatabase } from './index.js';
import { add, asking, migration, Note, NoteBook, schema, texts } from './note.fixture.js';

class CreateLeak1700000000002 implements MigrationInterface {
  readonly name = 'CreateLeak1700000000002';
  async up(runner: QueryRunner) {
    await runner.query('CREATE TABLE leak (id uuid PRIMARY KEY, org uuid NOT NULL)');
  }
  async down() {}
}

const mine = randomUUID();
const theirs = randomUUID();

let book: NoteBook;
beforeAll(async () => {
  book = await NoteBook.open();
});
afterAll(() => book.close());

describe('tenancy', () => {
  it('shows an organisation its own rows and nobody else’s', async () => {
    const unitOfWork = await book.unitOfWork();
    await add(unitOfWork, mine, 'mine');
    await add(unitOfWork, theirs, 'theirs');
    expect(await texts(unitOfWork, mine)).toEqual(['mine']);
    expect(await texts(unitOfWork, theirs)).toEqual(['theirs']);
  });

  it('shows nothing without an organisation, also on a connection that just had one', async () => {
    await asking(book.url, async (client) => {
      const count = async () =>
        (await client.query<{ count: string }>(`SELECT count(*) FROM ${schema}.note`)).rows[0]?.count;
      expect(await count()).toBe('0');
      await client.query(`BEGIN; SELECT set_config('app.org', '${mine}', true)`);
      expect(await count()).toBe('1');
      await client.query('COMMIT');
      expect(await count()).toBe('0');
    });
  });

  it('refuses to write, move or delete a row of another organisation', async () => {
    const unitOfWork = await book.unitOfWork();
    const write = unitOfWork.run(mine, ({ manager }) =>
      manager.insert(Note, { id: randomUUID(), org: theirs, text: 'smuggled' }),
    );
    await expect(write).rejects.toThrow(/row-level security/);
    const move = unitOfWork.run(mine, ({ manager }) => manager.update(Note, { text: 'mine' }, { org: theirs }));
    await expect(move).rejects.toThrow(/row-level security/);
    const deleted = await unitOfWork.run(mine, ({ manager }) => manager.delete(Note, { text: 'theirs' }));
    expect(deleted.affected).toBe(0);
  });

  it('lists ids across organisations through a lookup function, and only there', async () => {
    const unitOfWork = await book.unitOfWork();
    expect(await unitOfWork.ids('note_organisations')).toEqual([mine, theirs].sort());
    await expect(unitOfWork.ids('note_organisations(); drop table note')).rejects.toThrow('no lookup function');
  });

  it('forgets the organisation of a transaction that failed', async () => {
    const unitOfWork = await book.unitOfWork();
    await expect(unitOfWork.run(mine, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await unitOfWork.run(theirs, ({ manager }) => manager.count(Note))).toBe(1);
  });
});

describe('openDatabase', () => {
  const openAs = (url: string) => openDatabase({ url, schema, entities: [], applicationName: 'spec' });

  it('refuses a superuser, a role with BYPASSRLS and the owner of the tables', async () => {
    await expect(openAs(book.superuserUrl)).rejects.toThrow(/superuser or has BYPASSRLS/);
    await expect(openAs(book.stack.postgres.ownerUrl)).rejects.toThrow(/owns tables/);
    await asking(book.superuserUrl, (client) =>
      client.query(`CREATE ROLE passes LOGIN BYPASSRLS PASSWORD 'passes'; GRANT CONNECT ON DATABASE pontage TO passes`),
    );
    await expect(openAs(book.superuserUrl.replace(/\/\/[^@]*@/, '//passes:passes@'))).rejects.toThrow(
      /superuser or has BYPASSRLS/,
    );
  });

  it('refuses a member of the owner, who could become it', async () => {
    await asking(book.stack.postgres.superuserUrl, (client) => client.query(`GRANT pontage_owner TO audit_log`));
    await expect(openAs(book.stack.databaseUrl('audit_log'))).rejects.toThrow(/owns tables/);
    await asking(book.stack.postgres.superuserUrl, (client) => client.query(`REVOKE pontage_owner FROM audit_log`));
  });

  it('says so when the schema was not migrated', async () => {
    await expect(
      openDatabase({
        url: book.stack.databaseUrl('audit_log'),
        schema: 'audit_log',
        entities: [],
        applicationName: 'spec',
      }),
    ).rejects.toThrow(/run the migration first/);
  });
});

describe('migrate', () => {
  it('changes nothing when it runs again, also twice at once', async () => {
    const again = { ...migration, ownerUrl: book.stack.postgres.ownerUrl };
    await Promise.all([migrate(again), migrate(again)]);
    expect(await texts(await book.unitOfWork(), mine)).toEqual(['mine']);
  });

  it('refuses a table without forced row-level security, and leaves no trace of it', async () => {
    const leaky = migrate({
      ...migration,
      schema: 'embed_session',
      appRole: 'embed_session',
      migrations: [CreateLeak1700000000002],
      ownerUrl: book.stack.postgres.ownerUrl,
    });
    await expect(leaky).rejects.toThrow(/row-level security by organisation on: leak/);
    await asking(book.stack.postgres.ownerUrl, async (client) => {
      expect((await client.query(`SELECT to_regclass('embed_session.leak') AS leak`)).rows).toEqual([{ leak: null }]);
    });
  });

  it('gives the service its rows and nothing else', async () => {
    await asking(book.url, async (client) => {
      await expect(client.query(`TRUNCATE ${schema}.note`)).rejects.toThrow(/permission denied/);
      await expect(client.query(`CREATE TABLE ${schema}.own (id int)`)).rejects.toThrow(/permission denied/);
      await expect(client.query(`ALTER TABLE ${schema}.note DISABLE ROW LEVEL SECURITY`)).rejects.toThrow(
        /must be owner/,
      );
      await expect(client.query(`SELECT * FROM ${schema}.migrations`)).rejects.toThrow(/permission denied/);
    });
    await asking(book.stack.databaseUrl('audit_log'), async (client) => {
      await expect(client.query(`SELECT * FROM ${schema}.note`)).rejects.toThrow(/permission denied/);
    });
  });

  it('refuses to run as superuser', async () => {
    const ownerUrl = book.superuserUrl;
    await expect(migrate({ ...migration, ownerUrl })).rejects.toThrow(/superuser/);
  });

  it('lets rows of an append-only table be added and read only', async () => {
    await migrate({ ...migration, ownerUrl: book.stack.postgres.ownerUrl, appendOnly: ['note'] });
    await asking(book.url, async (client) => {
      await expect(client.query(`UPDATE ${schema}.note SET text = ''`)).rejects.toThrow(/permission denied/);
      await expect(client.query(`DELETE FROM ${schema}.note`)).rejects.toThrow(/permission denied/);
    });
    await migrate({ ...migration, ownerUrl: book.stack.postgres.ownerUrl });
  });
});
