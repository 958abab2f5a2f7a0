import { randomUUID } from 'node:crypto';
import type { SnapshotEntry } from '@pontage/contracts/snapshots';
import { startStack, type Stack } from '@pontage/testkit';
import pg from 'pg';
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  migrate,
  openDatabase,
  organisationsFunction,
  tenantTable,
  UnitOfWork,
  type EventSink,
  type SnapshotSink,
} from './index.js';

/** A tenant's row, for the tests of this library. */
@Entity('note')
export class Note {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('text') text!: string;
}

class CreateNote1700000000001 implements MigrationInterface {
  readonly name = 'CreateNote1700000000001';
  async up(runner: QueryRunner) {
    await runner.query(`CREATE TABLE note (id uuid PRIMARY KEY, org uuid NOT NULL, text text NOT NULL, CONSTRAINT note_text UNIQUE (org, text));
      ${tenantTable('note')} ${organisationsFunction('note_organisations', 'note')}`);
  }
  async down() {}
}

/** The schema that the notes are in; its role has the same name. */
export const schema = 'resource_registry';
export const migration = { schema, appRole: schema, migrations: [CreateNote1700000000001] };

/** A migrated database, units of work on it, and what they have told. */
export class NoteBook {
  readonly told: string[] = [];
  private readonly opened: UnitOfWork[] = [];

  private constructor(readonly stack: Stack) {}

  static async open(): Promise<NoteBook> {
    const stack = await startStack();
    await migrate({ ...migration, ownerUrl: stack.postgres.ownerUrl });
    return new NoteBook(stack);
  }

  get url(): string {
    return this.stack.databaseUrl(schema);
  }

  /** The superuser's URL of our database. */
  get superuserUrl(): string {
    return this.stack.postgres.superuserUrl.replace(/\/postgres$/, '/pontage');
  }

  async unitOfWork(sinks: { events?: EventSink; snapshots?: SnapshotSink; url?: string } = {}): Promise<UnitOfWork> {
    const dataSource = await openDatabase({
      url: sinks.url ?? this.url,
      schema,
      entities: [Note],
      applicationName: 'spec',
    });
    const events: EventSink = {
      publishEvent: async ({ data }) => void this.told.push(`event ${JSON.stringify(data)}`),
    };
    const snapshots: SnapshotSink = {
      put: async (bucket: string, key: string, { version }: SnapshotEntry<unknown>) =>
        void this.told.push(`${bucket} ${key} ${version}`),
    };
    const unitOfWork = new UnitOfWork(dataSource, sinks.events ?? events, sinks.snapshots ?? snapshots);
    this.opened.push(unitOfWork);
    return unitOfWork;
  }

  async close(): Promise<void> {
    for (const unitOfWork of this.opened) await unitOfWork.close();
    await this.stack.stop();
  }
}

/** Asks with a connection of its own, without any of our code. */
export async function asking<T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

export const add = (unitOfWork: UnitOfWork, org: string, text: string) =>
  unitOfWork.run(org, ({ manager }) => manager.insert(Note, { id: randomUUID(), org, text }));

export const texts = (unitOfWork: UnitOfWork, org: string): Promise<string[]> =>
  unitOfWork.run(org, async ({ manager }) =>
    (await manager.find(Note, { order: { text: 'ASC' } })).map(({ text }) => text),
  );
